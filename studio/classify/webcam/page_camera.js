// The camera is opened, shown and marked here; the server is sent one small picture at a time and
// answers with the faces in it, which are drawn over the picture that is live meanwhile.

const REMEMBERED = 30; // seconds of a face's course, as the server remembers
const COURSE_EVERY = 500; // milliseconds between two drawings of it
const LOST = 2500; // milliseconds after which an answer no longer comes

const KEPT = 1000; // milliseconds that a camera which was taken off the page waits to be put back

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".camera");
  const isNew = root.camera === undefined && window.ferCamera === undefined;
  const camera = root.camera ?? window.ferCamera ?? new Camera(root);
  camera.moveTo(root);
  camera.update(data, setTriggerValue);
  if (isNew && data.starts) camera.start();
  return () => camera.detach();
}

class Camera {
  constructor(root) {
    this.root = root;
    this.page = location.pathname;
    root.camera = this;
    this.find = (selector) => root.querySelector(selector);
    this.frame = this.find(".frame");
    this.video = this.find("video");
    this.canvas = document.createElement("canvas");
    this.stream = null;
    this.isOpening = false;
    this.isPaused = false; // until the tab is seen again
    this.sent = 0; // the number of the last picture sent, and when
    this.sentAt = -Infinity;
    this.answered = 0;
    this.leaving = null; // until the server is asked again whether it knows that the camera is off
    this.courses = new Map();
    this.chosen = null;
    this.find(".switch").onclick = () => (this.isOn() ? this.stop() : this.start());
    this.find("select").onchange = () => this.start();
    this.onVisibility = () => {
      if (document.hidden) this.pause();
      else if (this.isPaused) this.start();
    };
    document.addEventListener("visibilitychange", this.onVisibility);
    this.video.onresize = () => {
      const { videoWidth, videoHeight } = this.video; // a telephone was turned
      if (videoWidth) this.frame.style.aspectRatio = `${videoWidth} / ${videoHeight}`;
    };
  }

  isOn() {
    return this.stream !== null || this.isOpening || this.isPaused;
  }

  update(data, send) {
    this.data = data;
    this.send = send;
    this.frame.classList.toggle("mirrored", data.mirror);
    const { answer } = data;
    if (answer && answer.number > this.answered) {
      this.answered = answer.number;
      if (this.stream) this.show(answer);
      // For whoever measures: from the picture taken to its labels drawn.
      if (answer.number === this.sent) this.frame.dataset.took = performance.now() - this.sentAt;
      this.next();
    }
    this.label();
    if (answer && this.leaving === null) this.leave();
  }

  async start() {
    this.halt();
    this.isPaused = false;
    this.isOpening = true;
    this.say("Waiting for the camera.");
    this.label();
    try {
      const chosen = this.find("select").value;
      const device = chosen ? { deviceId: { exact: chosen } } : { facingMode: "user" };
      const video = { ...device, width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 20 } };
      if (!navigator.mediaDevices) throw new DOMException("", "SecurityError");
      const stream = await navigator.mediaDevices.getUserMedia({ video, audio: false });
      if (!this.isOpening) return stop(stream); // stopped or left meanwhile
      this.stream = stream;
      stream.getVideoTracks()[0].onended = () => this.stop();
      this.video.srcObject = stream;
      await this.video.play();
      this.frame.dataset.state = "on";
      this.say("");
      await this.list();
    } catch (error) {
      this.halt();
      this.say(reason(error));
    }
    this.isOpening = false;
    this.label();
    this.next();
  }

  async list() {
    const found = await navigator.mediaDevices.enumerateDevices();
    const cameras = found.filter(({ kind }) => kind === "videoinput");
    const current = this.stream?.getVideoTracks()[0].getSettings().deviceId;
    this.find("select").replaceChildren(
      ...cameras.map(({ deviceId, label }, at) => {
        const option = element("option", "", label || `Camera ${at + 1}`);
        option.value = deviceId;
        option.selected = deviceId === current;
        return option;
      }),
    );
    this.find(".devices").hidden = cameras.length < 2;
  }

  stop() {
    this.halt();
    this.isPaused = false;
    this.say("");
    this.label();
    this.leave();
  }

  // A message may be lost where runs of the page meet, and an answer may come after it: while there
  // is one, the server does not know that the camera is off.
  leave() {
    clearTimeout(this.leaving);
    this.leaving = null;
    if (this.stream || this.isOpening) return;
    this.send("frame", { stopped: true });
    this.leaving = setTimeout(() => {
      this.leaving = null;
      if (this.data.answer) this.leave();
    }, LOST);
  }

  pause() {
    if (!this.isOn()) return;
    this.stop();
    this.isPaused = true;
  }

  halt() {
    if (this.stream) stop(this.stream);
    this.stream = null;
    this.isOpening = false;
    clearTimeout(this.timer);
    this.frame.dataset.state = "off";
    this.find(".faces").replaceChildren();
    this.find(".reading").hidden = true;
    this.courses.clear();
  }

  // Streamlit takes an element off the page for a moment where runs of the page meet: it is kept
  // open meanwhile, unless the page was left.
  detach() {
    window.ferCamera = this;
    this.closing = setTimeout(() => this.close(), location.pathname === this.page ? KEPT : 0);
  }

  moveTo(root) {
    clearTimeout(this.closing);
    delete window.ferCamera;
    if (root === this.root) return;
    root.replaceWith(this.root);
    if (this.stream) this.video.play(); // which pauses when it is moved
  }

  close() {
    delete window.ferCamera;
    this.halt();
    clearTimeout(this.leaving);
    document.removeEventListener("visibilitychange", this.onVisibility);
  }

  // One picture on its way at a time; the next as soon as the answer is there.
  next() {
    clearTimeout(this.timer);
    if (!this.stream) return;
    const now = performance.now();
    const isWaiting = this.answered < this.sent;
    const due = this.sentAt + (isWaiting ? LOST : this.data.pause);
    if (now < due) this.timer = setTimeout(() => this.next(), due - now);
    else this.take();
  }

  take() {
    const { videoWidth, videoHeight } = this.video;
    const scale = Math.min(1, this.data.side / Math.max(videoWidth, videoHeight));
    this.canvas.width = Math.round(videoWidth * scale);
    this.canvas.height = Math.round(videoHeight * scale);
    const pen = this.canvas.getContext("2d");
    pen.drawImage(this.video, 0, 0, this.canvas.width, this.canvas.height);
    this.sent = Math.max(this.sent, this.answered) + 1;
    this.sentAt = performance.now();
    const picture = this.canvas.toDataURL("image/jpeg", 0.75);
    this.send("frame", { number: this.sent, picture });
    this.next();
  }

  show({ faces, mirrored }) {
    const flips = mirrored !== this.data.mirror; // the toggle was moved while it was read
    const boxes = this.find(".faces");
    const there = new Map([...boxes.children].map((box) => [box.dataset.number, box]));
    boxes.replaceChildren(
      ...faces.map((face) => box(face, there.get(String(face.number)) ?? newBox(), flips)),
    );
    this.remember(faces);
    this.read(faces);
  }

  remember(faces) {
    const now = performance.now() / 1000;
    for (const { number, shares } of faces) {
      const course = this.courses.get(number) ?? [];
      // Another model may have other classes.
      const kept = course.filter((point) => point.shares.length === shares.length);
      kept.push({ at: now, shares });
      this.courses.set(number, kept);
    }
    for (const [number, course] of this.courses) {
      while (course.length && now - course[0].at > REMEMBERED) course.shift();
      if (!course.length) this.courses.delete(number);
    }
  }

  read(faces) {
    const numbers = faces.map(({ number }) => number);
    if (!numbers.includes(this.chosen)) this.chosen = numbers[0] ?? this.chosen;
    const face = faces.find(({ number }) => number === this.chosen);
    this.find(".reading").hidden = !this.courses.has(this.chosen);
    this.offer(numbers.length > 1 ? numbers : []);
    if (face) this.bars(face);
    if (performance.now() - (this.drawn ?? 0) < COURSE_EVERY) return;
    this.drawn = performance.now();
    this.course();
  }

  offer(numbers) {
    const group = this.find(".numbers");
    const offered = [...group.children].map(({ value }) => Number(value));
    if (String(offered) !== String(numbers)) {
      group.replaceChildren(...numbers.map((number) => this.number(number)));
    }
    for (const button of group.children) {
      button.setAttribute("aria-pressed", Number(button.value) === this.chosen);
    }
  }

  number(number) {
    const button = element("button", "", `Face ${number}`);
    button.type = "button";
    button.value = number;
    button.onclick = () => {
      this.chosen = number;
    };
    return button;
  }

  bars({ number, shares }) {
    const { classes } = this.data;
    const best = shares.indexOf(Math.max(...shares));
    this.find("caption").textContent = `Face ${number} now`;
    this.find("tbody").replaceChildren(
      ...classes.map(({ name, colour }, at) => {
        const row = element("tr", at === best ? "best" : "");
        const bar = element("div", "bar");
        bar.style.width = `${100 * shares[at]}%`;
        bar.style.background = colour;
        const cell = element("td", "");
        cell.append(bar);
        const head = element("th", "", name);
        head.scope = "row";
        row.append(head, cell, element("td", "", `${(100 * shares[at]).toFixed(1)}\u00a0%`));
        return row;
      }),
    );
  }

  course() {
    const { classes } = this.data;
    const now = performance.now() / 1000;
    const course = this.courses.get(this.chosen) ?? [];
    this.find("svg").replaceChildren(
      ...classes.flatMap(({ colour }, at) =>
        unbroken(course).map((points) => {
          const line = document.createElementNS("http://www.w3.org/2000/svg", "polyline");
          const place = ({ at: when, shares }) =>
            `${(300 * (1 - (now - when) / REMEMBERED)).toFixed(1)},${(98 - 96 * shares[at]).toFixed(1)}`;
          line.setAttribute("points", points.map(place).join(" "));
          line.style.stroke = colour;
          return line;
        }),
      ),
    );
    this.find("figcaption").textContent =
      `Face ${this.chosen} over the last ${REMEMBERED} s, 0 to 100 %, smoothed; now is at the right. Colours as in the bars.`;
  }

  label() {
    const button = this.find(".switch");
    const isOn = this.isOn();
    button.textContent = isOn ? "Stop" : "Start";
    button.setAttribute("aria-pressed", isOn);
    if (!isOn && !this.find(".notice").textContent) this.say(this.data.invitation);
  }

  say(words) {
    this.find(".notice").textContent = words;
  }
}

function newBox() {
  const made = element("div", "face");
  made.append(element("div", "share"), element("span", "chip"));
  return made;
}

function box({ number, left, top, width, height, words, colour, ink, share }, made, flips) {
  const from = flips ? 1 - left - width : left;
  made.dataset.number = number;
  made.style.left = `${100 * from}%`;
  made.style.top = `${100 * top}%`;
  made.style.width = `${100 * width}%`;
  made.style.height = `${100 * height}%`;
  made.style.setProperty("--colour", colour);
  made.style.setProperty("--share", `${100 * share}%`);
  made.classList.toggle("high", top < 0.1);
  made.classList.toggle("right", from > 0.55);
  const chip = made.querySelector(".chip");
  chip.textContent = `${number} ${words}`;
  chip.style.color = ink;
  return made;
}

// Parts of a course between which the face was away.
function unbroken(course) {
  const parts = [];
  for (const point of course) {
    const part = parts.at(-1);
    if (part && point.at - part.at(-1).at < 1.5) part.push(point);
    else parts.push([point]);
  }
  return parts.filter((part) => part.length > 1);
}

function stop(stream) {
  for (const track of stream.getTracks()) {
    track.onended = null;
    track.stop();
  }
}

function reason({ name }) {
  return (
    {
      NotAllowedError:
        "The browser does not let this page use the camera. Allow it in the address bar, then press Start.",
      NotFoundError: "No camera was found. Plug one in, or photograph your face under Pictures.",
      NotReadableError: "Another program uses the camera. Close it there, then press Start.",
      SecurityError: "The browser offers its camera only on localhost and over https.",
    }[name] ?? `The camera could not be opened (${name}).`
  );
}

function element(tag, className, text) {
  const made = document.createElement(tag);
  made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}
