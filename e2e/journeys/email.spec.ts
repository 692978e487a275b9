// A member's address, changed by the button behind a mailed link. Proving one: sign-ups.spec.ts.
import { linkIn, mailTo } from '../mailbox.ts';
import { done, enter, heading, join, main, problems, newPerson } from '../people.ts';
import { expect, test } from '../test.ts';

test('an address is changed with the password and the new mailbox, and both get a mail', async ({ visitor, another }) => {
  const { page, t } = visitor;
  const person = await join(visitor);
  const { email } = newPerson();
  const ask = async (password: string) => {
    await page.goto('/my/email');
    await page.getByLabel(t('새 이메일', 'New e-mail')).fill(email);
    await page.getByRole('textbox', { name: t('지금 비밀번호', 'Current password'), exact: true }).fill(password);
    await page.getByRole('button', { name: t('새 주소로 메일 보내기', 'Send the mail to the new address') }).click();
  };
  await ask('이것은 틀린 비밀번호');
  await expect(problems(page)).toContainText(t('지금 비밀번호가 맞지 않습니다', 'The current password is not right'));
  await expect(page.getByLabel(t('새 이메일', 'New e-mail'))).toHaveValue(email);

  await ask(person.password);
  await expect(done(page).first()).toContainText(t('새 주소로 메일을 보냈습니다', 'A mail to the new address is on its way'));
  expect((await mailTo(person.email, 1)).text).toContain(email);
  const { pathname, search } = new URL(linkIn(await mailTo(email)));
  const phone = await another(2);
  await phone.page.goto(pathname + search);
  await phone.page.getByRole('button', { name: t('이 주소로 바꾸기', 'Change to this address') }).click();
  await expect(heading(phone.page, t('이메일을 바꾸었습니다', 'Your e-mail was changed'))).toBeVisible();

  await expect(async () => {
    await page.goto('/my/email');
    await expect(main(page)).toContainText(email, { timeout: 500 });
  }).toPass();
  await enter(phone, { ...person, email });
  expect((await mailTo(email, 1)).text).toContain(email);
});
