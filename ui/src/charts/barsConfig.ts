import type { ChartConfiguration } from "chart.js";
import type { looksOf, Series } from "./bars";

/** How stacked bars look; lying ones stand one below the other. */
export function barsConfig(
  series: readonly Series[],
  labels: readonly string[],
  text: (amount: number) => string,
  lying: boolean,
  looks: ReturnType<typeof looksOf>,
): ChartConfiguration<"bar"> {
  const amountOf = ({ x, y }: { x: number | null; y: number | null }) => (lying ? x : y) ?? 0;
  return {
    type: "bar",
    data: {
      labels: [...labels],
      datasets: series.map(({ label, color, values }) => ({
        label,
        data: [...values],
        backgroundColor: looks.color(color),
        borderRadius: 2,
        categoryPercentage: 0.9,
        barPercentage: 0.9,
      })),
    },
    options: {
      indexAxis: lying ? "y" : "x",
      animation: false,
      maintainAspectRatio: false,
      interaction: { mode: "index", axis: lying ? "y" : "x", intersect: false },
      font: looks.font,
      scales: {
        [lying ? "y" : "x"]: {
          stacked: true,
          grid: { display: false },
          border: { color: looks.color("--line") },
          ticks: {
            color: looks.color("--text-2"),
            font: looks.font,
            maxRotation: 0,
            autoSkip: !lying,
            autoSkipPadding: 12,
          },
        },
        [lying ? "x" : "y"]: {
          stacked: true,
          beginAtZero: true,
          border: { display: false },
          grid: { color: looks.color("--line") },
          ticks: { color: looks.color("--text-2"), font: looks.font, maxTicksLimit: lying ? 9 : 5 },
        },
      },
      plugins: {
        tooltip: {
          backgroundColor: looks.color("--raised"),
          borderColor: looks.color("--line-strong"),
          borderWidth: 1,
          titleColor: looks.color("--text"),
          bodyColor: looks.color("--text"),
          footerColor: looks.color("--text-2"),
          titleFont: looks.font,
          bodyFont: looks.font,
          footerFont: looks.font,
          filter: ({ parsed }) => amountOf(parsed) > 0,
          callbacks: {
            label: ({ dataset, parsed }) => ` ${dataset.label}: ${text(amountOf(parsed))}`,
            footer: (items) =>
              `In all: ${text(items.reduce((all, { parsed }) => all + amountOf(parsed), 0))}`,
          },
        },
      },
    },
  };
}
