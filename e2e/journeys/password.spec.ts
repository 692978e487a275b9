// Getting back in when the password is forgotten.
import { linkIn, mailTo } from '../mailbox.ts';
import { bell, fillSignIn, heading, join, main, problems, signInButton, signUp, newPerson } from '../people.ts';
import { expect, test, type Visitor } from '../test.ts';

const NEW = '고요한 노란 우산 아홉 개';

/** From the sign-in page to the page that says that a mail is on its way. */
async function forget({ page, t }: Visitor, email: string) {
  await page.goto('/login');
  await main(page).getByRole('link', { name: t('비밀번호를 잊으셨나요?', 'Forgot your password?') }).click();
  await expect(heading(page, t('비밀번호 찾기', 'Forgot your password?'))).toBeVisible();
  await page.getByLabel(t('이메일', 'E-mail')).fill(email);
  await page.getByRole('button', { name: t('메일 보내기', 'Send the mail') }).click();
}

const newPassword = ({ page, t }: Visitor) => page.getByRole('textbox', { name: t('새 비밀번호', 'New password'), exact: true });
const change = ({ page, t }: Visitor) => page.getByRole('button', { name: t('새 비밀번호로 바꾸기', 'Change the password') });

test('a member who forgot the password gets back in by a mail', async ({ visitor, another }) => {
  const { page, t } = visitor;
  const person = await signUp(visitor);
  const elsewhere = await another(1);
  await forget(elsewhere, person.email);
  await expect(heading(elsewhere.page, t('메일을 확인해 주세요', 'Please look at your mail'))).toBeVisible();

  // The first mail is that of the sign-up.
  const mail = await mailTo(person.email, 1);
  expect(mail.subject).toContain(t('새 비밀번호 정하기', 'Choose a new password'));
  expect(mail.html).toContain(`lang="${t('ko', 'en')}"`);
  // The link leads to the first instance, whichever sent it.
  const { pathname, search } = new URL(linkIn(mail));
  await elsewhere.page.goto(pathname + search);
  await newPassword(elsewhere).fill('너무 짧음');
  await change(elsewhere).click();
  await expect(problems(elsewhere.page)).toContainText(t('10자 이상', 'at least 10 characters'));
  await newPassword(elsewhere).fill(NEW);
  await change(elsewhere).click();

  await expect(main(elsewhere.page).getByRole('status')).toContainText(t('비밀번호를 바꾸었습니다', 'Your password has changed'));
  await fillSignIn(elsewhere, { email: person.email, password: NEW });
  await signInButton(elsewhere).click();
  await expect(bell(elsewhere)).toBeVisible();
  await page.goto('/my/profile');
  await expect(heading(page, t('로그인', 'Sign in')), 'the other device was signed out').toBeVisible();
  expect((await mailTo(person.email, 2)).subject).toContain(t('비밀번호가 바뀌었습니다', 'Your password was changed'));
  await page.goto(pathname + search);
  await expect(heading(page, t('쓸 수 없는 주소입니다', 'This link does not work'))).toBeVisible();
});

test('whether an address has an account does not show', async ({ visitor, another }) => {
  const person = await join(await another());
  const answers: string[] = [];
  for (const email of [person.email, newPerson().email]) {
    await forget(visitor, email);
    await expect(visitor.page).toHaveURL(/\/password\/sent$/);
    answers.push(await main(visitor.page).innerText());
  }
  expect(answers[0]).toBe(answers[1]);
});

test('what was typed stays when it is no address', async ({ visitor }) => {
  const { page, t } = visitor;
  await forget(visitor, '아무렇게나');

  await expect(problems(page)).toContainText(t('이메일은 name@example.com처럼', 'like name@example.com'));
  await expect(page.getByLabel(t('이메일', 'E-mail'))).toHaveValue('아무렇게나');
});
