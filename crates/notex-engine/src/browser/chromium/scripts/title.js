// Tells the engine that the title of this document changed: the browser tells it of addresses only. In the isolated
// world, so that the page neither sees it nor can call it.
(() => {
  const isTitle = (node) => node?.nodeName === 'TITLE';
  const changes = ({ target, addedNodes, removedNodes }) =>
    isTitle(target) || isTitle(target.parentNode) || [...addedNodes, ...removedNodes].some(isTitle);
  const observer = (globalThis[Symbol.for('notex title')] ??= new MutationObserver((records) => {
    if (records.some(changes)) notexTitle('');
  }));
  // A document that is written anew has another head.
  observer.disconnect();
  if (document.head) observer.observe(document.head, { childList: true, characterData: true, subtree: true });
  return null;
})()
