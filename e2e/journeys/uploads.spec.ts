// Files with scripts: sent one by one as soon as they are chosen, dropped or pasted, with a bar that can be stopped; what fails can
// be sent again, and neither text nor post overtakes them. This file is left out where there are no scripts.
import { WRITE, saved, savedText, text, type } from '../editor.ts';
import { heading, join, main, unique } from '../people.ts';
import { expect, test, type Visitor } from '../test.ts';

test.beforeEach(({ browserErrors }) => {
  browserErrors.allow(/Failed to fetch/);
  browserErrors.allow(/status of 422/);
  browserErrors.allow(/net::ERR_FAILED/);
});

/** What the pointer or the clipboard brings: files with these names. */
const brought = ({ page }: Visitor, names: string[]) =>
  page.evaluateHandle((names) => {
    const transfer = new DataTransfer();
    names.forEach((name) => transfer.items.add(new File([`내용: ${name}`], name, { type: 'text/plain' })));
    return transfer;
  }, names);

const links = ({ page }: Visitor) => page.locator('#attached .files a');
const chooser = ({ page, t }: Visitor) => page.getByLabel(t('파일 고르기', 'Choose files'));
const notes = (name: string) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(`내용: ${name}`) });

/** Files wait on their way until they are let go. */
async function held({ page }: Visitor) {
  let letGo = () => {};
  const promise = new Promise<void>((resolve) => (letGo = resolve));
  let holds = true;
  await page.route('**/files', async (route) => {
    const isFile = route.request().postData()?.includes('filename=');
    if (holds && isFile) await promise;
    await route.continue().catch(() => undefined);
  });
  return () => {
    holds = false;
    letGo();
  };
}

test('files are dropped and pasted, one after the other', async ({ visitor }) => {
  const { page, t } = visitor;
  await join(visitor);
  await page.goto(WRITE);

  await page.locator('#editor').dispatchEvent('drop', { dataTransfer: await brought(visitor, ['가.txt', '나.txt', '다.txt']) });
  await expect(links(visitor)).toHaveText([/가\.txt/, /나\.txt/, /다\.txt/]);
  await text(visitor).evaluate((area, clipboardData) => {
    area.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  }, await brought(visitor, ['붙인 것.txt']));
  await expect(links(visitor)).toHaveCount(4);
  await expect(page.locator('#files [role="status"]')).toContainText(t('올렸습니다: 붙인 것.txt', 'Uploaded: 붙인 것.txt'));

  const title = unique('끌어다 놓은 글');
  await type(visitor, title, '본문');
  await page.getByRole('button', { name: t('등록', 'Publish'), exact: true }).click();
  await expect(heading(page, title)).toBeVisible();
  await expect(page.locator('.attached .files > li')).toHaveCount(4);
});

test('what is typed while a file is on its way is saved, and the post waits for the file', async ({ visitor }) => {
  const { page, t } = visitor;
  await join(visitor);
  await page.goto(WRITE);
  const letGo = await held(visitor);
  await chooser(visitor).setInputFiles([notes('느린 것.txt')]);
  await expect(page.getByRole('progressbar', { name: '느린 것.txt' })).toBeVisible();

  const title = unique('기다리는 글');
  await type(visitor, title, '파일보다 먼저 다 썼습니다.');
  await page.getByRole('button', { name: t('임시저장', 'Save draft'), exact: true }).click();
  await expect(saved(visitor)).toContainText(savedText(visitor));
  const publish = page.getByRole('button', { name: t('등록', 'Publish'), exact: true });
  await publish.click();
  await expect(page.locator('#files [role="status"]')).toContainText(t('아직 올라가는 파일이 있습니다', 'Files are still being uploaded'));

  letGo();
  await expect(links(visitor)).toHaveCount(1);
  await expect(text(visitor)).toHaveValue('파일보다 먼저 다 썼습니다.');
  await publish.click();
  await expect(heading(page, title)).toBeVisible();
  await expect(page.locator('.attached .files > li')).toHaveCount(1);
});

test('a file is stopped, and one that failed is sent again', async ({ visitor }) => {
  const { page, t } = visitor;
  await join(visitor);
  await page.goto(WRITE);
  await type(visitor, unique('글'), '본문');
  const letGo = await held(visitor);
  await chooser(visitor).setInputFiles([notes('그만둘 것.txt'), notes('보낼 것.txt')]);

  await page.getByRole('button', { name: t('올리기 취소: 그만둘 것.txt', 'Stop uploading: 그만둘 것.txt') }).click();
  await expect(chooser(visitor)).toBeFocused();
  letGo();
  await expect(links(visitor)).toHaveText([/보낼 것\.txt/]);

  await page.route('**/files', (route) => route.abort('failed'), { times: 1 });
  await chooser(visitor).setInputFiles([notes('끊긴 것.txt')]);
  await expect(main(page)).toContainText(t('올리지 못했습니다. 쓰던 글은 그대로 있습니다', 'It was not uploaded. Your text is kept'));
  await page.getByRole('button', { name: t('다시 올리기: 끊긴 것.txt', 'Upload again: 끊긴 것.txt') }).click();
  await expect(links(visitor)).toHaveCount(2);
});

test('a picture is put into the text where the cursor is, and a refused file says why beside the others', async ({ visitor }) => {
  const { page, t } = visitor;
  await join(visitor);
  await page.goto(WRITE);
  await type(visitor, unique('글'), '앞 뒤');
  const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';
  const picture = { name: '점.png', mimeType: 'image/png', buffer: Buffer.from(png, 'base64') };
  const choice = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: t('사진·파일', 'Picture or file') }).click();
  await (await choice).setFiles([picture, { ...picture, name: '빈 것.png', buffer: Buffer.alloc(0) }, notes('글.txt')]);
  await expect(links(visitor)).toHaveCount(2);
  await expect(page.locator('.refused')).toContainText(t('빈 파일입니다', 'The file is empty'));

  await page.getByLabel(t('사진 설명', 'Description of the picture')).fill('점 하나');
  await chooser(visitor).setInputFiles([notes('나중.txt')]);
  await expect(links(visitor)).toHaveCount(3);
  await expect(page.getByLabel(t('사진 설명', 'Description of the picture'))).toHaveValue('점 하나');
  await text(visitor).evaluate((area: HTMLTextAreaElement) => area.setSelectionRange(1, 1));
  await page.getByRole('button', { name: t('본문에 넣기: 점.png', 'Put into the text: 점.png') }).click();
  await expect(text(visitor)).toHaveValue(/^앞!\[.+\]\(file:\d+\) 뒤$/);
});
