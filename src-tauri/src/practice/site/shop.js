"use strict";

const asked = new URLSearchParams(location.search);

for (const button of document.querySelectorAll("[data-opens]")) {
  button.addEventListener("click", () => document.getElementById(button.dataset.opens).showModal());
}

const kind = document.getElementById("kind");
if (kind) {
  const words = (asked.get("q") ?? "").trim();
  const stock = document.getElementById("stock");
  const rows = [...document.querySelectorAll("tbody tr")];
  const filter = () => {
    let shown = 0;
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      const fits =
        text.includes(words.toLowerCase()) &&
        (!kind.value || row.dataset.kind === kind.value) &&
        (!stock.checked || !text.includes("sold out"));
      row.hidden = !fits;
      shown += fits ? 1 : 0;
    }
    document.getElementById("count").textContent = shown === 1 ? "1 tea" : `${shown} teas`;
  };
  if (words) {
    document.getElementById("title").textContent = `Teas for “${words}”`;
    document.title = `${words} · Alder Tea House`;
    document.querySelector("input[type=search]").value = words;
  }
  kind.addEventListener("change", filter);
  stock.addEventListener("change", filter);
  filter();
}

const order = document.getElementById("order");
if (order) {
  order.elements.tea.value = asked.get("tea") ?? "";
  order.addEventListener("submit", (event) => {
    event.preventDefault();
    const tea = order.elements.tea.selectedOptions[0].textContent;
    const packets = Number(order.elements.packets.value);
    document.getElementById("thanks-text").textContent =
      `${order.elements.name.value}, ${packets} ${packets === 1 ? "packet" : "packets"} of ${tea} would be on the way.`;
    document.getElementById("thanks").showModal();
  });
}
