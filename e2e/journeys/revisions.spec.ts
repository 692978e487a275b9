// What a text said before it was changed, and the buttons above the editor.
import { done, heading, join, main, unique, write } from '../people.ts';
import { expect, test, type Visitor } from '../test.ts';

async function edit({ page, t }: Visitor, address: string, text: string) {
  await page.goto(`${address}/edit`);
  await page.getByLabel(t('내용', 'Text')).fill(text);
  await page.getByRole('button', { name: t('수정 저장', 'Save changes') }).click();
  await expect(done(page)).toContainText(t('수정한 내용을 저장했습니다', 'Your changes are saved'));
}

test('a writer sees what was changed and goes back', async ({ visitor }) => {
  const { page, t } = visitor;
  await join(visitor);
  const address = await write(visitor, unique('산책 모임'), '금요일 두 시에 만나요.');
  await expect(main(page).getByRole('link', { name: t('수정 내역', 'Edit history') })).toHaveCount(0);
  await edit(visitor, address, '토요일 두 시에 만나요.');

  await main(page).getByRole('link', { name: t('수정 내역', 'Edit history') }).click();
  await expect(heading(page, t('수정 내역', 'Edit history'))).toBeVisible();
  await main(page).getByRole('link', { name: t('1번째 수정', 'Edit 1') }).click();
  await expect(main(page).locator('del')).toContainText('금요일');
  await expect(main(page).locator('ins')).toContainText('토요일');

  await main(page).getByRole('link', { name: t('수정 내역 모두 보기', 'All versions') }).click();
  await main(page).getByRole('link', { name: t('처음 쓴 글', 'First version') }).click();
  await page.getByRole('button', { name: t('이 글로 되돌리기', 'Go back to this version') }).click();

  await expect(done(page)).toContainText(t('이전 글로 되돌렸습니다', 'The earlier version is back'));
  await expect(main(page)).toContainText('금요일 두 시에 만나요.');
});

test('the buttons above the editor are for those who have scripts, the help for all', async ({ visitor }) => {
  const { page, t } = visitor;
  await join(visitor);
  await page.goto('/community/free/write');
  const text = page.getByLabel(t('내용', 'Text'));
  await page.getByText(t('글 꾸미기 도움말', 'Help with formatting')).click();
  await expect(page.getByText('## ')).toBeVisible();
  const tools = page.getByRole('group', { name: t('글 꾸미기', 'Formatting') });
  if (!visitor.scripts) {
    await expect(tools).toBeHidden();
    return;
  }
  await text.fill('내일 만나요');
  await text.evaluate((area: HTMLTextAreaElement) => area.setSelectionRange(0, 2));
  await tools.getByRole('button', { name: t('굵게', 'Bold') }).click();
  await expect(text).toHaveValue('**내일** 만나요');
  await page.keyboard.press('Control+z');
  await expect(text).toHaveValue('내일 만나요');

  await text.evaluate((area: HTMLTextAreaElement) => area.setSelectionRange(3, 6));
  await page.keyboard.press('Control+b');
  await expect(text).toHaveValue('내일 **만나요**');
  await text.fill('하나\n둘');
  await text.evaluate((area: HTMLTextAreaElement) => area.setSelectionRange(0, 4));
  await tools.getByRole('button', { name: t('번호 목록', 'Numbered list') }).click();
  await expect(text).toHaveValue('1. 하나\n2. 둘');

  // While a syllable is being composed nothing is put into it.
  await text.dispatchEvent('compositionstart');
  await tools.getByRole('button', { name: t('굵게', 'Bold') }).click();
  await expect(text).toHaveValue('1. 하나\n2. 둘');
  await text.dispatchEvent('compositionend');
});
