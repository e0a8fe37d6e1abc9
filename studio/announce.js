// A live region of our own, there before its text changes: what is drawn anew is not read aloud.
if (!document.getElementById("announcer")) {
  const region = document.createElement("div");
  region.id = "announcer";
  region.setAttribute("role", "status");
  document.body.append(region);
  let waiting;
  const tell = () => {
    const answer = document.querySelector(".st-key-lead")?.textContent.trim() ?? "";
    if (answer !== region.textContent) region.textContent = answer;
  };
  new MutationObserver(() => {
    clearTimeout(waiting);
    waiting = setTimeout(tell, 300); // when the page has settled
  }).observe(document.body, { childList: true, subtree: true, characterData: true });
}
