// Spend under other prices, a discount, another currency rate or budget. Spend only: it is a product.
(function () {
  "use strict";
  const data = JSON.parse(document.getElementById("page-data").textContent).what_if;
  if (!data.months.length) return;
  const money = (n) => data.sign + Math.round(n).toLocaleString("en-US");
  const read = (id) => {
    const part = Number(document.getElementById(id).value) / 100;
    document.getElementById(id + "-out").textContent =
      id === "discount" ? Math.round(part * 100) + "%" : "× " + part.toFixed(2);
    return part;
  };
  const cell = (row, text, name) => {
    const made = row.appendChild(document.createElement("td"));
    made.textContent = text;
    made.className = name;
  };
  const show = () => {
    const price = read("price"), kept = 1 - read("discount"), rate = read("rate"), more = read("budget");
    const body = document.getElementById("what-if-rows");
    body.textContent = "";
    for (const month of data.months) {
      const spend = (Number(month.usage) * price + Number(month.fixed)) * kept * rate;
      const budget = month.budget === null ? null : Number(month.budget) * more;
      const row = body.appendChild(document.createElement("tr"));
      cell(row, month.month, "word");
      cell(row, money(spend), "number");
      cell(row, budget === null ? "none" : money(budget), "number");
      cell(row, budget === null ? "" : spend > budget ? "over" : "within", "word");
    }
  };
  for (const id of ["price", "discount", "rate", "budget"]) {
    document.getElementById(id).addEventListener("input", show);
  }
  document.getElementById("what-if").hidden = false;
  show();
})();
