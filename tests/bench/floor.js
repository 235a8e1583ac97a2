// The least that tells what can be done on a page: which elements are controls, where they are, how they look, whether
// something lies over them, and their text. Answered with the nodes themselves, so that the browser can be told to use
// them.
(() => {
  const said = [], nodes = [];
  const controls = "a[href], button, input, select, textarea, summary, [role], [onclick], [tabindex], [contenteditable]";
  for (const el of document.querySelectorAll("*")) {
    const style = getComputedStyle(el);
    if (style.display === "none" || style.visibility !== "visible") continue;
    if (!el.matches(controls) && style.cursor !== "pointer") continue;
    const box = el.getBoundingClientRect();
    if (box.width <= 1 || box.height <= 1 || style.opacity === "0" || style.pointerEvents === "none") continue;
    const x = box.left + box.width / 2, y = box.top + box.height / 2;
    if (x >= 0 && y >= 0 && x < innerWidth && y < innerHeight) {
      const hit = document.elementFromPoint(x, y);
      if (hit && !el.contains(hit) && !hit.contains(el)) continue;
    }
    const name = el.getAttribute("aria-label") ?? el.labels?.[0]?.textContent ?? el.textContent;
    said.push([el.localName, el.getAttribute("role"), name.slice(0, 200), el.value, box.left, box.top, box.width, box.height]);
    nodes.push(el);
  }
  return [JSON.stringify(said), ...nodes];
})()
