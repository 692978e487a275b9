// Files of the editor: what is chosen, dropped or pasted is sent at once, one file after the other, each with a bar and a button
// that stops it. The page brings this script with the editor; its words come from the page, and without it a button sends the form.
const list = () => document.querySelector('#files .uploads');
const formOf = (node) => node?.closest?.('form[data-drafts]');
const waiting = [];
let sending = false;

// What only makes sense with scripts, and what only makes sense without.
const prepare = () => {
  document.querySelectorAll('#files [data-scripted], #editor [data-opens]').forEach((element) => (element.hidden = false));
  document.querySelectorAll('#files [data-plain]').forEach((element) => (element.hidden = true));
};

const say = (text) => {
  const line = document.querySelector('#files [role="status"]');
  if (line) line.textContent = text;
};

const named = (words, name) => words.replace('{name}', name);

const send = (address, body, { started, progressed } = {}) =>
  new Promise((done) => {
    const request = new XMLHttpRequest();
    request.open('POST', address);
    request.setRequestHeader('hx-request-type', 'partial');
    request.upload.addEventListener('progress', (event) => event.lengthComputable && progressed?.(event.loaded / event.total));
    request.addEventListener('loadend', () => done(request));
    started?.(request);
    request.send(body);
  });

// A text without a draft becomes one first; then a file is sent with the number of the draft alone, so that the text which is typed
// meanwhile is saved by itself.
const begin = async (form, address) => {
  while (form.saving) await new Promise((later) => setTimeout(later, 50));
  if (form.elements.draft.value) return true;
  form.saving = true;
  const fields = new FormData(form);
  fields.delete('files');
  const answer = await send(address, fields);
  form.saving = false;
  return show(form, answer);
};

// What the answer lists takes the place of what is listed; descriptions that are being typed stay, and so do refusals.
const show = (form, answer) => {
  if (answer.status !== 200 && answer.status !== 422) return false;
  const sent = new DOMParser().parseFromString(answer.responseText, 'text/html').querySelector('#attached');
  const shown = document.getElementById('attached');
  if (!sent || !shown) return false;
  for (const name of ['draft', 'version']) if (sent.dataset[name]) form.elements[name].value = sent.dataset[name];
  const focused = shown.contains(document.activeElement) && document.activeElement.id;
  for (const field of shown.querySelectorAll('input')) {
    const same = sent.querySelector(`[name="${field.name}"]`);
    if (same) same.value = field.value;
  }
  const before = shown.querySelector('.refused');
  const refused = sent.querySelector('.refused');
  if (before && refused) refused.prepend(...before.children);
  else if (before) sent.prepend(before);
  shown.replaceWith(sent);
  if (focused) document.getElementById(focused)?.focus();
  sent.querySelectorAll('[data-tools]').forEach((tools) => (tools.hidden = false));
  return true;
};

const button = (text, label, run) => {
  const made = document.createElement('button');
  made.type = 'button';
  made.className = 'button quiet small';
  made.textContent = text;
  made.setAttribute('aria-label', label);
  made.addEventListener('click', run);
  return made;
};

const row = (name, ...rest) => {
  const made = document.createElement('li');
  const title = document.createElement('span');
  title.textContent = name;
  made.append(title, ...rest);
  return made;
};

const add = (form, files) => {
  const uploads = list();
  const words = uploads.dataset;
  document.querySelector('#attached .refused')?.remove();
  for (const file of files) {
    const bar = document.createElement('progress');
    bar.value = 0;
    bar.setAttribute('aria-label', file.name);
    const entry = { form, file, bar };
    entry.row = row(file.name, bar, button(words.stop, named(words.stopOf, file.name), () => stop(entry)));
    uploads.append(entry.row);
    waiting.push(entry);
  }
  work(words);
};

const stop = (entry) => {
  entry.stopped = true;
  entry.request?.abort();
  entry.row.remove();
  document.getElementById('files-field')?.focus();
};

const fail = (entry, words) => {
  const again = row(entry.file.name, words.unsent, button(words.retry, named(words.retryOf, entry.file.name), () => {
    again.remove();
    add(entry.form, [entry.file]);
  }));
  entry.row.replaceWith(again);
  say(`${entry.file.name}: ${words.unsent}`);
};

const one = async (entry, address, words) => {
  if (!(await begin(entry.form, address))) return fail(entry, words);
  if (entry.stopped) return;
  const body = new FormData();
  body.append('draft', entry.form.elements.draft.value);
  body.append('files', entry.file);
  const started = (request) => (entry.request = request);
  const answer = await send(address, body, { started, progressed: (part) => (entry.bar.value = part) });
  if (entry.stopped) return;
  if (!show(entry.form, answer)) return fail(entry, words);
  entry.row.remove();
  const refusal = answer.status === 422 && document.querySelector('#attached .refused > :last-child')?.textContent;
  say(refusal || named(words.done, entry.file.name));
};

const work = async (words) => {
  if (sending) return;
  sending = true;
  const address = document.querySelector('#files [formenctype]').formAction;
  for (let entry = waiting.shift(); entry; entry = waiting.shift()) if (!entry.stopped && entry.row.isConnected) await one(entry, address, words);
  sending = false;
};

const on = (name, run, options) => document.addEventListener(name, run, options);

on('change', ({ target }) => {
  if (target.id !== 'files-field' || !target.files.length) return;
  add(formOf(target), [...target.files]);
  target.value = '';
});
on('paste', (event) => {
  const { files, types } = event.clipboardData;
  // A word processor offers its text as a picture, too.
  if (!formOf(event.target) || !files.length || [...types].some((type) => type.startsWith('text/'))) return;
  event.preventDefault();
  add(formOf(event.target), [...files]);
});
const dropped = (event) => event.dataTransfer?.types.includes('Files') && document.getElementById('editor');
on('dragover', (event) => {
  const form = dropped(event);
  if (!form) return;
  event.preventDefault();
  form.classList.toggle('receives', form.contains(event.target));
});
on('dragleave', ({ relatedTarget }) => relatedTarget || document.getElementById('editor')?.classList.remove('receives'));
on('drop', (event) => {
  const form = dropped(event);
  if (!form) return;
  event.preventDefault();
  form.classList.remove('receives');
  if (form.contains(event.target)) add(form, [...event.dataTransfer.files]);
});
on('click', ({ target }) => target.closest('[data-opens]') && document.getElementById(target.closest('[data-opens]').dataset.opens)?.click());
// The post would go without the files that are on their way.
addEventListener('submit', (event) => {
  if (!sending || !list()?.isConnected || !list().children.length || formOf(event.target) !== formOf(list())) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  event.target.dataset.dirty = '';
  say(list().dataset.wait);
}, true);
on('htmx:after:swap', prepare);
prepare();
