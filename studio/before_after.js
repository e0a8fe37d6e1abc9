// The range input holds the position and answers the keyboard; pointers set it by where they are,
// since a native track follows taps on some phones only by its thumb.
export default function ({ data, parentElement }) {
  const frame = parentElement.querySelector(".frame");
  const input = frame.querySelector("input");

  for (const side of ["before", "after"]) {
    const layer = frame.querySelector(`.${side}`);
    const { source, label, pixelated } = data[side];
    const image = layer.querySelector("img");
    if (image.src !== source) image.src = source;
    image.alt = label;
    layer.querySelector(".chip").textContent = label;
    layer.classList.toggle("pixelated", pixelated);
  }
  frame.style.setProperty("--ratio", data.ratio);
  if (!frame.dataset.started) {
    frame.dataset.started = "yes";
    input.value = data.start;
  }
  input.setAttribute("aria-label", `Divider between ${data.before.label} and ${data.after.label}`);

  const show = () => {
    frame.style.setProperty("--at", `${input.value}%`);
    input.setAttribute("aria-valuetext", `${input.value} % ${data.before.label}`);
  };
  const follow = (event) => {
    const { left, width } = frame.getBoundingClientRect();
    input.value = Math.round((100 * (event.clientX - left)) / width);
    show();
  };
  input.oninput = show;
  frame.onpointerdown = (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    frame.setPointerCapture(event.pointerId);
    input.focus({ preventScroll: true });
    follow(event);
  };
  frame.onpointermove = (event) => {
    if (frame.hasPointerCapture(event.pointerId)) follow(event);
  };
  show();
}
