// What helps while one types: how many characters are left near the limit, and members' names after an @: the keys and the active
// descendant of the combobox of the WAI-ARIA Authoring Practices. A textarea may have neither that role nor aria-expanded (ARIA in HTML), so
// that the list is open is said in words. A field names this script and its page brings it with the first letter; every word comes from
// the page. The list may change while a syllable is composed, the text never does.
const name = /(?:^|[^\p{L}\p{N}_.-])@([\p{L}\p{N}_.-]{0,20})$/u;
const on = (event, run) => document.addEventListener(event, run, true);
let list;
let area;
let timer;
let speaker;

const typed = (field) => (field.selectionStart === field.selectionEnd ? name.exec(field.value.slice(0, field.selectionStart))?.[1] : undefined);

const say = (text) => {
  const line = document.createElement('p');
  line.textContent = text;
  document.getElementById('polite')?.replaceChildren(line);
};

const close = () => {
  list?.remove();
  list = undefined;
  for (const attribute of ['aria-controls', 'aria-autocomplete', 'aria-activedescendant']) area?.removeAttribute(attribute);
};

const choose = (option) => {
  for (const other of list.children) other.setAttribute('aria-selected', other === option);
  area.setAttribute('aria-activedescendant', option.id);
  option.scrollIntoView({ block: 'nearest' });
};

const open = (field, offered) => {
  area = field;
  list = offered;
  area.closest('.field').append(list);
  area.setAttribute('aria-controls', list.id);
  area.setAttribute('aria-autocomplete', 'list');
  say(list.dataset.said);
  list.scrollIntoView({ block: 'nearest' });
  choose(list.firstElementChild);
};

const ask = async (field) => {
  const part = field.dataset.names ? typed(field) : undefined;
  if (part === undefined) return close();
  const answer = await fetch(field.dataset.names + encodeURIComponent(part), { headers: { 'hx-request-type': 'partial' } }).catch(() => {});
  if (document.activeElement !== field || typed(field) !== part) return;
  const offered = answer?.ok && new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('[role="listbox"]');
  close();
  if (offered) open(field, offered);
};

const take = (option) => {
  const field = area;
  const text = `${option.dataset.name} `;
  close();
  // Only a finger or a mouse comes here while a syllable is composed: it is finished first.
  if (field.composing) field.blur();
  field.focus();
  const end = field.selectionStart;
  field.setSelectionRange(end - (typed(field) ?? '').length, end);
  // What a script inserts can be undone only if it is inserted by a command.
  if (document.execCommand('insertText', false, text)) return;
  field.setRangeText(text, field.selectionStart, end, 'end');
  field.dispatchEvent(new Event('input', { bubbles: true }));
};

// Shown from nine tenths of the limit on; read out when typing pauses.
const count = (field) => {
  const most = Number(field.dataset.most);
  const frame = field.closest('.field');
  const length = most && field.value.length >= most * 0.9 ? [...field.value].length : 0;
  let line = frame.querySelector('.left');
  clearTimeout(speaker);
  if (!most || length < most * 0.9) return line?.remove();
  if (!line) {
    line = document.createElement('p');
    field.after(line);
  }
  const over = length > most;
  line.className = over ? 'left fault' : 'left';
  line.textContent = (over ? field.dataset.over : field.dataset.left).replace('{n}', Math.abs(most - length));
  speaker = setTimeout(() => say(line.textContent), 1500);
};

const look = (field) => {
  if (!field.dataset?.helper) return;
  clearTimeout(timer);
  timer = setTimeout(() => {
    count(field);
    ask(field);
  }, 150);
};

on('input', ({ target }) => look(target));
on('keydown', (event) => {
  // 229: the key belongs to the syllable that is being composed, also where a browser ends it before the event.
  if (!list?.isConnected || event.target !== area || event.isComposing || event.keyCode === 229) return;
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const options = [...list.children];
  const at = options.findIndex((option) => option.getAttribute('aria-selected') === 'true');
  if (event.key === 'ArrowDown') choose(options[(at + 1) % options.length]);
  else if (event.key === 'ArrowUp') choose(options.at(at - 1));
  else if (event.key === 'Enter' || event.key === 'Tab') take(options[at]);
  else if (event.key === 'Escape') close();
  else return;
  event.preventDefault();
  event.stopPropagation();
});
// The field keeps focus while the list is touched.
on('mousedown', (event) => list?.contains(event.target) && event.preventDefault());
on('click', ({ target }) => list?.contains(target) && take(target.closest('[role="option"]') ?? list.firstElementChild));
on('focusout', ({ target }) => target === area && !area.composing && close());
on('selectionchange', () => list && typed(area) === undefined && close());
look(document.activeElement);
