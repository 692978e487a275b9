// What htmx leaves to us: focus and announcements after a swap, failures that offer another try,
// a bar while one waits, and a question before typed text is lost. Every word comes from the page.
(() => {
  const $ = (selector) => document.querySelector(selector);
  const all = (selector) => document.querySelectorAll(selector);
  const words = () => $('#toasts').dataset;
  const on = (name, run, capture) => document.addEventListener(name, run, capture);
  // Requests that no person made: their swaps are not announced, and their failures only in their own place.
  const isStream = (ctx) => ctx?.sourceElement?.matches?.('[data-quiet], [hx-sse\\:connect]');
  const stale = (ctx, is) => ctx?.sourceElement?.matches?.('[data-quiet]') && $('[data-stale-note]')?.toggleAttribute('hidden', !is);
  const still = matchMedia('(prefers-reduced-motion: reduce)');
  const here = () => location.pathname + location.search;
  // The link by which each page was left, so that going back can return to it.
  const left = new Map();

  const focus = (element, options) => {
    if (!element) return false;
    if (element.tabIndex < 0 && !element.hasAttribute('tabindex')) element.tabIndex = -1;
    element.focus(options);
    return true;
  };

  // Focus that the markup asks for: a summary of faults, or the element that an answer names.
  const asked = () => {
    const named = $('[data-focus-on]');
    if (named) {
      const target = document.getElementById(named.dataset.focusOn);
      named.remove();
      return focus(target);
    }
    const summary = $('[data-focus]');
    summary?.removeAttribute('data-focus');
    return focus(summary);
  };

  const say = (text) => {
    const line = document.createElement('p');
    line.textContent = text;
    $('#polite').replaceChildren(line);
  };

  // Things that only make sense with scripts, or that live outside the part that was swapped.
  const prepare = () => {
    all('[data-reveal][hidden]').forEach((button) => (button.hidden = false));
    all('[data-tools][hidden]').forEach((tools) => (tools.hidden = false));
    all('[data-here]').forEach((field) => (field.value = here()));
    all('details.menu[open]').forEach((menu) => (menu.open = false));
    all('.main-nav a, .side-nav a').forEach((link) => {
      const path = link.pathname;
      const below = path.split('/').length > 2 || link.closest('.side-nav');
      if (path === location.pathname) link.setAttribute('aria-current', 'page');
      else if (below && path !== '/' && location.pathname.startsWith(path + '/')) link.setAttribute('aria-current', 'true');
      else link.removeAttribute('aria-current');
    });
    const open = $('.main-nav [aria-current]');
    if (open) open.closest('ul').scrollLeft = open.offsetLeft - 64;
  };

  const arrived = (ctx) => {
    prepare();
    const flash = $('#main [data-flash]')?.textContent;
    // htmx sets the window's title only after this event.
    const title = ctx.title || document.title;
    say(flash ? `${flash} ${title}` : title);
    const hash = ctx.request?.anchor && document.getElementById(ctx.request.anchor);
    if (asked() || hash) return;
    scrollTo(0, 0);
    focus($('#main h1'), { preventScroll: true });
  };

  on('htmx:after:swap', ({ detail: { ctx } }) => {
    stale(ctx, false);
    if (isStream(ctx) || String(ctx.swap).startsWith('none')) return;
    if (ctx.target === document.body) {
      prepare();
      const link = left.get(here());
      const back = link && [...all('#main a')].find((a) => a.getAttribute('href') === link);
      focus(back ?? $('#main h1'), { preventScroll: true });
    } else if (ctx.select === '#main') arrived(ctx);
    else if (!asked() && ctx.target?.id?.startsWith('slot-')) focus($(`#${ctx.target.id} textarea`));
  });

  // What is on the page already does not come twice: a comment reaches its writer as an answer and by the stream.
  on('htmx:before:swap', ({ detail: { tasks } }) => {
    for (const task of tasks ?? []) {
      if (task.type !== 'partial' || task.swapSpec.style !== 'beforeend') continue;
      for (const child of [...task.fragment.children]) if (child.id && document.getElementById(child.id)) child.remove();
    }
  });

  const button = (text, run) => {
    const made = document.createElement('button');
    made.type = 'button';
    made.className = 'button small';
    made.textContent = text;
    made.addEventListener('click', run);
    return made;
  };

  const fail = (ctx, reason) => {
    const source = ctx?.sourceElement;
    const form = source?.closest('form');
    const text = form ? `${reason} ${words().kept}` : reason;
    if (form?.matches('[data-guard]')) form.dataset.dirty = '';
    const canRepeat = source?.isConnected && source.matches('form, a, button');
    // What fails by itself, such as a preview, does not take away the button that sends again what a person sent.
    if (!canRepeat && $('#toasts [data-repeat]')) return;
    const toast = document.createElement('div');
    toast.className = 'toast';
    const line = document.createElement('p');
    line.textContent = text;
    const again = () => {
      toast.remove();
      if (source.matches('form')) source.requestSubmit(ctx.request?.submitter ?? undefined);
      else source.click();
    };
    toast.append(line);
    if (canRepeat) {
      const repeat = button(words().retry, again);
      repeat.dataset.repeat = '';
      toast.append(repeat);
    }
    toast.append(button(words().close, () => toast.remove()));
    $('#toasts').replaceChildren(toast);
    $('#assertive').textContent = '';
    setTimeout(() => ($('#assertive').textContent = text), 50);
  };

  on('htmx:response:error', ({ detail: { ctx } }) => {
    stale(ctx, true);
    if (ctx.response.status >= 500 && !isStream(ctx)) fail(ctx, words().server);
  });
  on('htmx:error', ({ detail: { ctx } }) => {
    stale(ctx, true);
    if (ctx && !isStream(ctx)) fail(ctx, words().network);
  });

  // A form that takes no files says their names, as one without scripts does.
  on('htmx:config:request', ({ detail: { ctx } }) => {
    const body = ctx.request.body;
    const files = [...(body?.values?.() ?? [])].filter((value) => value instanceof File && value.name);
    if (ctx.sourceElement?.enctype === 'multipart/form-data') {
      // Files take the time that the line needs.
      if (files.length) ctx.request.timeout = 600_000;
      return;
    }
    body?.delete?.('files');
    files.forEach((file) => body.append('files', file.name));
  });

  // A bar for those who wait longer than they notice.
  let waiting = 0;
  let timer;
  on('htmx:before:request', (event) => {
    const ctx = event.detail.ctx;
    if (ctx.sourceElement?.matches?.('[data-quiet]') && (still.matches || document.hidden)) return event.preventDefault();
    if (isStream(ctx)) return;
    const leaves = ctx.select === '#main' && ctx.request.method === 'GET';
    if (leaves && $('form[data-dirty]')) {
      if (!confirm(words().leaving)) return event.preventDefault();
      saveAll();
    }
    waiting += 1;
    ctx.waits = true;
    ctx.target?.setAttribute?.('aria-busy', 'true');
    timer ??= setTimeout(() => ($('#progress').hidden = false), 200);
  });
  on('htmx:finally:request', ({ detail: { ctx } }) => {
    if (!ctx.waits) return;
    ctx.target?.removeAttribute?.('aria-busy');
    waiting -= 1;
    if (waiting > 0) return;
    clearTimeout(timer);
    timer = undefined;
    $('#progress').hidden = true;
  });

  // The script that helps with a field comes when something is typed in it.
  on('input', ({ target: { dataset } }) => dataset?.helper && import(dataset.helper));

  // Typed text is not lost by a slip.
  on('input', ({ target }) => target.form?.matches('[data-guard]') && (target.form.dataset.dirty = ''));
  on('submit', (event) => {
    const form = event.target;
    delete form.dataset.dirty;
    // Files go as the browser sends them; htmx would send their names.
    if (event.submitter?.formEnctype === 'multipart/form-data') event.stopPropagation();
    if (!form.matches('[data-once-only]')) return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = '1';
  }, true);

  // Buttons above a text put signs around what is selected in it, or before its lines. What a script inserts can be undone only if it
  // is inserted by a command.
  const insert = (area, text, from, to) => {
    area.focus();
    area.setSelectionRange(from, to);
    if (document.execCommand('insertText', false, text)) return;
    area.setRangeText(text, from, to, 'end');
    area.dispatchEvent(new Event('input', { bubbles: true }));
  };
  const format = (area, { before, after, sample, line }) => {
    // A syllable that is being composed stays as it is.
    if (area.composing) return;
    const { value, selectionStart: from, selectionEnd: to } = area;
    if (line) {
      const first = value.lastIndexOf('\n', from - 1) + 1;
      const last = value.indexOf('\n', to);
      const rows = value.slice(first, last < 0 ? undefined : last).split('\n');
      return insert(area, rows.map((row, n) => line.replace(1, n + 1) + row).join('\n'), first, last < 0 ? value.length : last);
    }
    const chosen = value.slice(from, to) || sample;
    insert(area, before + chosen + after, from, to);
    area.setSelectionRange(from + before.length, from + before.length + chosen.length);
  };
  on('compositionstart', ({ target }) => (target.composing = true));
  on('compositionend', ({ target }) => (target.composing = false));

  // An editor saves its draft every twenty seconds when something was typed, and when it goes out of sight. Its fields are only read:
  // a syllable that is being composed stays as it is. On leaving the browser finishes what is small by itself (64 KiB, fetch keepalive).
  const save = async (form, { asked, leaving } = {}) => {
    while (asked && form.saving) await new Promise((later) => setTimeout(later, 50));
    const fields = new FormData(form);
    fields.delete('files');
    const body = String(new URLSearchParams(fields));
    if (!(asked || 'dirty' in form.dataset) || (form.saving && !leaving)) return;
    const status = form.querySelector('[data-failed]');
    const line = document.createElement('p');
    form.saving = true;
    delete form.dataset.dirty;
    try {
      const headers = { 'content-type': 'application/x-www-form-urlencoded', 'hx-request-type': 'partial' };
      const answer = await fetch(form.dataset.drafts, { method: 'POST', body, headers, keepalive: leaving && body.length < 60_000 });
      const said = [200, 409, 410, 422].includes(answer.status);
      if (said) {
        const sent = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('p');
        for (const name of ['draft', 'version']) if (sent.dataset[name]) form.elements[name].value = sent.dataset[name];
        line.replaceChildren(...sent.childNodes);
      } else line.textContent = answer.status === 401 ? status.dataset.signedOut : status.dataset.failed;
      if (answer.status === 410) form.removeAttribute('data-drafts');
      if (answer.status !== 200 && answer.status !== 409) form.dataset.dirty = '';
    } catch {
      form.dataset.dirty = '';
      line.textContent = status.dataset.failed;
    }
    form.saving = false;
    // The same again is not read out.
    if (line.textContent !== status.textContent) status.replaceChildren(line);
  };
  const saveAll = (how) => all('form[data-drafts]').forEach((form) => save(form, how));
  setInterval(saveAll, 20_000);
  on('visibilitychange', () => document.hidden && saveAll({ leaving: true }));
  addEventListener('pagehide', () => saveAll({ leaving: true }));

  addEventListener('beforeunload', (event) => $('form[data-dirty]') && event.preventDefault());
  addEventListener('pageshow', () => all('[data-sent]').forEach((form) => delete form.dataset.sent));

  on('click', (event) => {
    const link = event.target.closest('a, button');
    all('details.menu[open]').forEach((menu) => menu.contains(event.target) || (menu.open = false));
    if (!link) return;
    if (link.closest('#main') && link.matches('a')) left.set(here(), link.getAttribute('href'));
    if (link.matches('[data-before]')) format(document.getElementById(link.parentElement.dataset.tools), link.dataset);
    if (link.matches('[data-save]') && link.form.dataset.drafts) {
      event.preventDefault();
      save(link.form, { asked: true });
    }
    if (link.dataset.dismiss) {
      event.preventDefault();
      event.stopImmediatePropagation();
      const slot = document.getElementById(link.dataset.dismiss);
      slot?.replaceChildren();
      focus(slot?.parentElement.querySelector('.controls a'));
    }
    if (link.dataset.reveal) {
      const field = document.getElementById(link.dataset.reveal);
      const shown = field.type === 'password';
      field.type = shown ? 'text' : 'password';
      link.setAttribute('aria-pressed', shown);
      link.textContent = shown ? words().conceal : words().show;
    }
  }, true);
  on('keydown', (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.isComposing) {
      const tool = $(`[data-tools="${event.target.id}"] [aria-keyshortcuts="Control+${event.key.toUpperCase()}"]`);
      if (tool) {
        event.preventDefault();
        format(event.target, tool.dataset);
      }
    }
    const menu = event.key === 'Escape' && $('details.menu[open]');
    if (!menu) return;
    menu.open = false;
    focus(menu.querySelector('summary'));
  });

  prepare();
  asked();
})();
