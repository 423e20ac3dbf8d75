#include "explain_page.hpp"

#include <cstddef>

namespace command {

namespace {

constexpr const char* head = R"html(<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>How the tokens were drawn</title>
<style>
:root { --ground: #fff; --ink: #1b1f24; --soft: #59636e; --line: #d5dbe1; --model: #8a97a6; --after: #0b6bcb;
  --mark: #fff1c2; --track: #edf0f3; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #14181d; --ink: #e6eaef; --soft: #9aa5b1; --line: #343c46; --model: #76828f; --after: #58a6ff;
    --mark: #3f340d; --track: #232a32; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 62rem; padding: 1.5rem 1rem 4rem; background: var(--ground); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: 0 0 1rem; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
p { margin: .5rem 0; }
.soft { color: var(--soft); }
.text { font: 1rem/1.9 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; padding: .75rem 1rem;
  border: 1px solid var(--line); border-radius: .5rem; max-height: 16rem; overflow: auto; }
.text button { font: inherit; color: inherit; background: none; border: 0; border-bottom: 2px solid var(--line);
  padding: 0; margin: 0 1px; cursor: pointer; white-space: pre-wrap; overflow-wrap: anywhere; text-align: left; }
.text button[aria-current] { background: var(--mark); border-color: var(--after); }
.steps { position: sticky; top: 0; display: flex; gap: .75rem; align-items: center; padding: .75rem 0;
  background: var(--ground); z-index: 1; }
.steps label { white-space: nowrap; min-width: 8.5rem; font-variant-numeric: tabular-nums; }
.steps input { flex: 1; min-width: 4rem; accent-color: var(--after); height: 2rem; }
.steps button[aria-disabled=true] { opacity: .5; cursor: default; }
.steps button { font: inherit; color: inherit; background: var(--track); border: 1px solid var(--line); border-radius: .4rem;
  padding: .25rem .75rem; cursor: pointer; }
button:focus-visible, input:focus-visible { outline: 3px solid var(--after); outline-offset: 2px; }
.drawn { font-size: 1.1rem; min-height: 3.4rem; }
code { font: 1em ui-monospace, monospace; white-space: pre-wrap; background: var(--track); border-radius: .25rem; padding: 0 .25rem; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .3rem .5rem; border-bottom: 1px solid var(--line); vertical-align: middle; }
th { font-weight: 600; } thead th { color: var(--soft); font-size: .875rem; }
.tokens .soft { font-weight: 400; }
td.number, th.number { text-align: right; white-space: nowrap; }
tr.idle { color: var(--soft); } tr.chosen { background: var(--mark); }
.bar { display: flex; align-items: center; gap: .5rem; }
.bar i { flex: 1; height: .75rem; background: var(--track); border-radius: .2rem; overflow: hidden; min-width: 3rem; }
.bar i b { display: block; height: 100%; background: var(--model); } .bar.after i b { background: var(--after); }
.bar span { min-width: 4.2rem; text-align: right; }
.tokens th:first-child { width: 24%; } .tokens .distribution { width: 27%; }
@media (max-width: 40rem) {
  .steps { flex-wrap: wrap; } .steps label { order: -1; width: 100%; } .steps input { flex: 1 1 40%; }
  table, tbody, tr, td, tbody th { display: block; } thead { position: absolute; clip-path: inset(50%); }
  tr { padding: .5rem; border-bottom: 1px solid var(--line); }
  td, th, td.number { border: 0; padding: .1rem 0; text-align: left; width: auto !important; }
  td[data-name]::before { content: attr(data-name) " "; color: var(--soft); display: inline-block; min-width: 9rem; }
  td[data-name] .bar { display: inline-flex; width: calc(100% - 9.5rem); } }
@media (prefers-reduced-motion: no-preference) { .bar i b { transition: width .15s; } }
</style>
<main>
<h1>How the tokens were drawn</h1>
<noscript><p>This page needs JavaScript to move from step to step; its data are in it, as JSON.</p></noscript>
<p class="soft" id="about"></p>
<div class="text" id="text" role="group" aria-label="The prompt and the text, a button a token; the arrow keys go from one to the next"></div>
<div class="steps">
  <label for="step" id="name">Step</label>
  <button id="back" aria-label="One step back">←</button>
  <input id="step" type="range" min="1" value="1">
  <button id="on" aria-label="One step on">→</button>
</div>
  <p class="drawn" id="drawn" aria-live="polite"></p>
  <h2 id="policies-name">What each policy did</h2>
  <table role="table" aria-labelledby="policies-name"><thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">policy</th><th role="columnheader" scope="col" class="number">removed</th>
    <th role="columnheader" scope="col">their probability</th><th role="columnheader" scope="col" class="number">left</th><th role="columnheader" scope="col" class="number">entropy, nats</th></tr></thead>
    <tbody role="rowgroup" id="policies"></tbody></table>
  <h2 id="tokens-name">The likeliest tokens</h2>
  <table role="table" class="tokens" aria-labelledby="tokens-name"><thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">token</th>
    <th role="columnheader" scope="col" class="distribution">model</th><th role="columnheader" scope="col" class="distribution">after the policies</th>
    <th role="columnheader" scope="col">what became of it</th></tr></thead><tbody role="rowgroup" id="tokens"></tbody></table>
</main>
<script type="application/json" id="data">)html";

constexpr const char* tail = R"html(</script>
<script>
'use strict';
const data = JSON.parse(document.getElementById('data').textContent);
const at = id => document.getElementById(id);
const shown = piece => piece.replace(/\n/g, '⏎').replace(/\t/g, '⇥').replace(/ /g, '␣') || '(nothing)';
const percent = p => p === 0 ? '0' : p < 0.0001 ? '< 0.01 %' : (100 * p).toFixed(2) + ' %';
function make(name, content, attributes = {}) {
  const element = document.createElement(name);
  const role = {tr: 'row', td: 'cell', th: 'rowheader'}[name];  // a narrow table is laid out as blocks, and is one still
  if (role) element.setAttribute('role', role);
  for (const [key, value] of Object.entries(attributes)) if (value !== undefined) element.setAttribute(key, value);
  for (const child of [content].flat()) if (child !== undefined) element.append(child);
  return element;
}
function bar(p, after) {
  const fill = make('b');
  fill.style.width = 100 * p + '%';
  return make('div', [make('i', fill, {'aria-hidden': 'true'}), make('span', percent(p))], {class: after ? 'bar after' : 'bar'});
}
const count = n => n.toLocaleString('en');
at('about').textContent = `${data.steps.length} tokens, seed ${data.seed}. ` +
  (data.policies.length ? `The policies, in their order: ${data.policies.join(', ')}.` : 'No policy is set: the tokens are drawn from the model’s own distribution.');
at('text').append(make('span', data.prompt, {class: 'soft'}));
data.steps.forEach((step, i) => {
  const button = make('button', step.piece.replace(/\n/g, '⏎') || '∅', {'aria-label': `Step ${i + 1}: ${step.piece.trim() || shown(step.piece)}`});
  button.onclick = () => go(i + 1);
  at('text').append(button, '\n'.repeat(step.piece.split('\n').length - 1));
});
const slider = at('step');
slider.max = Math.max(1, data.steps.length);
function go(number) {
  if (!data.steps.length) return;
  number = Math.min(Math.max(number, 1), data.steps.length);
  slider.value = number;
  const step = data.steps[number - 1], drawn = step.tokens.find(token => token.id === step.drawn);
  at('name').textContent = `Step ${number} of ${data.steps.length}`;
  slider.setAttribute('aria-valuetext', `Step ${number} of ${data.steps.length}, ${step.piece.trim() || shown(step.piece)}`);
  at('back').setAttribute('aria-disabled', number === 1);
  at('on').setAttribute('aria-disabled', number === data.steps.length);
  [...at('text').querySelectorAll('button')].forEach((button, i) => {
    button.tabIndex = i + 1 === number ? 0 : -1;  // the Tab key passes the text in one step, however long it is
    if (i + 1 !== number) return button.removeAttribute('aria-current');
    button.setAttribute('aria-current', 'step');
    const box = at('text'), top = button.offsetTop - box.offsetTop;
    if (top < box.scrollTop || top + button.offsetHeight > box.scrollTop + box.clientHeight) box.scrollTop = top - box.clientHeight / 2;
  });
  at('drawn').replaceChildren('Drawn: ', make('code', shown(step.piece)), `. The model gave it ${percent(drawn.probabilities[0])}, rank ${count(step.rank)}` +
    (data.policies.length ? `; after the policies it had ${percent(drawn.probabilities.at(-1))}.` : '.'));
  let entropy = step.entropy;
  at('policies').replaceChildren(make('tr', [make('th', 'the model', {scope: 'row'}), make('td', '', {class: 'number'}), make('td', ''),
    make('td', count(step.kept), {class: 'number', 'data-name': 'left'}), make('td', entropy.toFixed(2), {class: 'number', 'data-name': 'entropy'})]),
    ...step.policies.map(policy => {
      const row = make('tr', [make('th', policy.type, {scope: 'row'}),
        make('td', policy.removed ? count(policy.removed) : policy.changes ? 'none; reweighs' : 'changes nothing', {class: 'number', 'data-name': 'removed'}),
        make('td', policy.removed ? bar(policy.removed_mass) : '', {'data-name': policy.removed ? 'their probability' : undefined}),
        make('td', count(policy.kept), {class: 'number', 'data-name': 'left'}),
        make('td', `${entropy.toFixed(2)} → ${policy.entropy.toFixed(2)}`, {class: 'number', 'data-name': 'entropy'})],
        {class: policy.changes ? undefined : 'idle'});
      entropy = policy.entropy;
      return row;
    }));
  at('tokens').replaceChildren(...step.tokens.map(token => {
    const chosen = token.id === step.drawn;
    return make('tr', [make('th', [make('code', shown(token.piece)), ' ', make('span', token.id, {class: 'soft'})], {scope: 'row'}),
      make('td', bar(token.probabilities[0]), {'data-name': 'model', class: 'distribution'}),
      make('td', bar(token.probabilities.at(-1), true), {'data-name': 'after', class: 'distribution'}),
      make('td', chosen ? 'drawn' : token.removed_by === null ? 'could be drawn' : `removed by ${data.policies[token.removed_by]}`)],
      {class: chosen ? 'chosen' : undefined});
  }));
}
at('text').onkeydown = event => {
  const step = {ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1}[event.key];
  if (!step) return;
  event.preventDefault();
  go(+slider.value + step);
  at('text').querySelector('[aria-current]').focus();
};
slider.oninput = () => go(+slider.value);
at('back').onclick = () => go(+slider.value - 1);
at('on').onclick = () => go(+slider.value + 1);
go(+new URLSearchParams(location.search).get('step') || 1);
</script>
</html>
)html";

}  // namespace

std::string explain_page(std::string data) {
  // What ends a script, or begins a comment, ends it within a string, too.
  for (std::size_t i = 0; (i = data.find('<', i)) != std::string::npos; i += 6)
    data.replace(i, 1, "\\u003c");
  return head + data + tail;
}

}  // namespace command
