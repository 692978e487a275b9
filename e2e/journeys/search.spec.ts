// Search: from the header or its page, by keyboard, with a wrong keyboard layout, and what a phone offers instead of the field.
import { comment, heading, join, main, post, unique } from '../people.ts';
import { expect, test } from '../test.ts';

test('what was just written is found from any page', async ({ visitor, t }) => {
  const { page } = visitor;
  await join(visitor);
  const title = unique('민들레 씨앗');
  const address = await post(visitor, title, '마당에 심을 **해바라기** 모종도 있습니다.');
  await page.goto(address);
  await comment(visitor, '저도 해바라기를 심겠습니다.');
  await page.goto('/community');

  // The header has the field where there is room for it beside the names of the boards, else a link: one of the two.
  const [field, link] = [page.getByRole('banner').getByRole('search'), page.getByRole('banner').getByRole('link', { name: t('검색', 'Search') })];
  await expect(field.or(link)).toBeVisible();
  const hasField = await field.isVisible();
  if (!hasField) await link.click();
  const form = hasField ? field : main(page).getByRole('search');
  await form.getByRole('searchbox').fill('바라기');
  await form.getByRole('searchbox').press('Enter');

  await expect(heading(page, t("'바라기' 검색", 'Search: 바라기'))).toBeVisible();
  await expect(page).toHaveURL(/\/search\?q=/);
  await expect(main(page).getByRole('listitem').filter({ hasText: title })).toHaveCount(2);
  await expect(main(page).locator('mark').first()).toHaveText('바라기');

  await main(page).getByRole('navigation', { name: t('순서', 'Order') }).getByRole('link', { name: t('새것부터', 'Newest first') }).click();
  await expect(page).toHaveURL(/sort=new/);
  await main(page).locator('summary').click();
  await main(page).getByLabel(t('종류', 'Kind')).selectOption('post');
  await main(page).getByRole('button', { name: t('찾기', 'Search') }).click();
  await expect(main(page).getByRole('listitem').filter({ hasText: title })).toHaveCount(1);
  await main(page).getByRole('link', { name: title }).click();
  await expect(page).toHaveURL(new RegExp(`${address}$`));
});

test('a wrong keyboard layout and nothing at all are answered', async ({ visitor, t }) => {
  const { page } = visitor;
  await join(visitor);
  await post(visitor, unique('달맞이꽃'), '본문');

  await page.goto('/search?q=ekfakwdlRhc');
  await expect(main(page)).toContainText(t("'달맞이꽃'(으)로 찾았습니다", 'so “달맞이꽃” was searched'));
  await page.goto('/search?q=없는낱말뿐입니다');
  await expect(main(page)).toContainText(t('찾은 것이 없습니다', 'Nothing was found'));
});
