import { expect, it } from "vitest";
import { cellText, csvOf, fileName, rowAfter, type Column } from "./columns";

interface Row {
  name: string;
  price: number | null;
}
const columns: Column<Row>[] = [
  { id: "name", label: "Name", value: (row) => row.name },
  { id: "price", label: "Price", value: (row) => row.price, numeric: true },
];

it("a cell that a spreadsheet would run is exported as text, a negative number as a number", () => {
  const rows = [
    { name: '=HYPERLINK("http://evil.local")', price: -1 },
    { name: "@SUM(A1)\nsecond line", price: 2.5 },
    { name: "+49 30 1234", price: null },
    { name: "plain, with a comma", price: 0 },
  ];
  expect(csvOf(columns, rows)).toBe(
    [
      "Name,Price",
      '"\'=HYPERLINK(""http://evil.local"")",-1',
      '"\'@SUM(A1)\nsecond line",2.5',
      '"\'+49 30 1234",',
      '"plain, with a comma",0',
    ].join("\r\n"),
  );
});

it("a heading from a page is guarded, too", () => {
  expect(csvOf([{ ...columns[0], label: "=1+1" } as Column<Row>], [])).toMatch(/^"?'=1\+1"?/);
});

it("keys lead to rows that exist", () => {
  expect(rowAfter("ArrowDown", 0, 3, 10)).toBe(1);
  expect(rowAfter("ArrowUp", 0, 3, 10)).toBe(0);
  expect(rowAfter("PageDown", 0, 10_000, 20)).toBe(20);
  expect(rowAfter("End", 5, 10_000, 20)).toBe(9999);
  expect(rowAfter("Home", 5, 10, 20)).toBe(0);
  expect(rowAfter("a", 5, 10, 20)).toBeNull();
  expect(rowAfter("End", 0, 0, 20)).toBeNull();
});

it("what is not known is a dash, and a file name holds no path", () => {
  expect(cellText(columns[1] as Column<Row>, { name: "", price: null })).toBe("–");
  expect(fileName("../../usage by day / 2026", "csv")).toBe("usage-by-day-2026.csv");
  expect(fileName("///", "csv")).toBe("table.csv");
  expect(fileName("../../etc/passwd", "md")).toBe("etc-passwd.md");
  expect(fileName("shop.local:80", "md")).toBe("shop.local-80.md");
});
