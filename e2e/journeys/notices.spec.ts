// Notifications by mail: chosen, sent at once, ended by the button behind the link, and put back.
import { mailTo } from '../mailbox.ts';
import { done, heading, join, main, post, said, unique } from '../people.ts';
import { expect, test } from '../test.ts';

test('an answer is mailed at once to those who want that, until they stop it', async ({ visitor, another }) => {
  const { page, t } = visitor;
  const me = await join(visitor);
  await page.goto('/notifications');
  await main(page).getByRole('link', { name: t('메일로 받는 알림 정하기', 'Choose which notifications are mailed') }).click();
  await expect(heading(page, t('메일로 받는 알림', 'Notifications by mail'))).toBeVisible();
  await expect(main(page)).toContainText(t(`메일은 ${me.email} 주소로 보냅니다`, `Mails go to ${me.email}`));
  const comments = page.getByLabel(t('내 글에 달린 댓글', 'Comments on my posts'));
  await expect(comments).toHaveValue('daily');
  await comments.selectOption('at_once');
  await page.getByRole('button', { name: t('저장', 'Save'), exact: true }).click();
  await expect(done(page)).toContainText(t('메일로 받는 알림을 정했습니다', 'Your choice is saved'));

  const title = unique('바자회');
  const place = await post(visitor, title);
  const friend = await another(1);
  const them = await join(friend);
  await friend.page.goto(place);
  const words = unique('꼭 갈게요');
  await friend.page.getByLabel(friend.t('댓글 쓰기', 'Write a comment')).fill(words);
  await friend.page.getByRole('button', { name: friend.t('댓글 등록', 'Post comment') }).click();
  await expect(said(friend.page, words)).toBeVisible();

  const mail = await mailTo(me.email, 1);
  expect(mail.subject).toContain(them.name);
  expect(mail.text).toContain(words);
  expect(mail.html).toContain(title);
  const link = /^https?:\/\/\S+\/mail\/stop\?\S+$/m.exec(mail.text)?.[0] ?? '';
  const { pathname, search } = new URL(link);

  // In whatever browser the mailbox is open.
  const phone = await another(2);
  await phone.page.goto(pathname + search);
  await expect(heading(phone.page, phone.t('메일 그만 받기', 'Stop these mails'))).toBeVisible();
  await phone.page.getByRole('button', { name: phone.t('그만 받기', 'Stop them') }).click();
  await expect(heading(phone.page, phone.t('이제 보내지 않습니다', 'They are stopped'))).toBeVisible();
  await page.goto('/my/notifications/mail');
  await expect(comments).toHaveValue('never');

  await page.goto('/my/notifications/mail');
  await comments.selectOption('weekly');
  await page.getByRole('button', { name: t('저장', 'Save'), exact: true }).click();
  await page.goto(pathname + search);
  await page.getByRole('button', { name: t('그만 받기', 'Stop them') }).click();
  await page.getByRole('button', { name: t('다시 받기', 'Put it back as it was') }).click();
  await expect(done(page)).toContainText(t('메일로 받는 알림을 정했습니다', 'Your choice is saved'));
  await expect(comments).toHaveValue('weekly');

  await phone.page.goto(`${pathname}${search.slice(0, -2)}`);
  await expect(heading(phone.page, phone.t('알아볼 수 없는 주소입니다', 'We do not know this link'))).toBeVisible();
});
