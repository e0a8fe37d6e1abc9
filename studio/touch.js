// A finger on a chart scrolls the page and a tap chooses a point: Plotly, whose charts keep every
// touch for themselves once points can be chosen, is told of taps only, by the browser as clicks.
if (!document.body.dataset.chartsLetScroll) {
  document.body.dataset.chartsLetScroll = "true";
  document.addEventListener(
    "touchstart",
    (touch) => touch.target.closest?.(".stPlotlyChart .draglayer") && touch.stopPropagation(),
    { capture: true, passive: true },
  );
}
