/* With check= in the address: axe's opinion and the policy's, written to the page's title. */
(function () {
  'use strict';
  const violations = [];
  document.addEventListener('securitypolicyviolation', (e) =>
    violations.push(`${e.violatedDirective} ${e.blockedURI}`),
  );
  setTimeout(
    async () => {
      for (const running of document.getAnimations()) running.finish(); // no frames are drawn here
      const { violations: found } = await axe.run(document, { resultTypes: ['violations'] });
      const wide = document.documentElement.scrollWidth > document.documentElement.clientWidth;
      document.title = JSON.stringify({
        axe: found.map(
          (v) =>
            `${v.id}: ${v.nodes.map((n) => `${n.html.slice(0, 120)} ${n.failureSummary}`).join(' | ')}`,
        ),
        policy: violations,
        wide,
        shown: document.body.innerText.slice(0, 400),
        meeting: window.tried,
      });
    },
    Number(new URLSearchParams(location.search).get('check') || 1500),
  );
})();
