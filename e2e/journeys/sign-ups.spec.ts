// Becoming a member by the form behind a mailed link, and with the help of the staff.
import { linkIn, mailTo } from '../mailbox.ts';
import {
  bell,
  confirmLink,
  done,
  enterAsStaff,
  fillSignIn,
  fillSignUp,
  heading,
  join,
  main,
  problems,
  finishSignUp,
  sendSignUp,
  signIn,
  signInButton,
  newPerson,
} from '../people.ts';
import { expect, test, type Visitor } from '../test.ts';

/** Tries to sign in with the form, and gives all that the page says then. */
async function tryToSignIn(who: Visitor, email: string, password: string) {
  await who.page.goto('/login');
  await fillSignIn(who, { email, password });
  await signInButton(who).click();
  await expect(problems(who.page)).toContainText(who.t('이메일이나 비밀번호가 맞지 않습니다', 'The e-mail or the password is not right'));
  return (await main(who.page).innerText()).replace(email, '');
}

test('a newcomer is a member after the form behind the link, and not before', async ({ visitor, another }) => {
  const { page, t } = visitor;
  const person = newPerson();
  await sendSignUp(visitor, person);
  const answers = await tryToSignIn(visitor, person.email, person.password);
  expect(answers).toContain(t('방금 가입하셨다면 먼저 메일에', 'If you signed up just now, first open the link'));
  const mail = await mailTo(person.email);
  expect(mail.subject).toContain(t('가입을 마쳐 주세요', 'Please finish signing up'));
  expect(mail.html).toContain(`lang="${t('ko', 'en')}"`);

  // In whatever browser the mailbox is open, on any instance.
  const phone = await another(1);
  const link = await confirmLink(person);
  for (let times = 0; times < 2; times += 1) {
    await phone.page.goto(link);
    await expect(heading(phone.page, t('가입 마치기', 'Finish signing up'))).toBeVisible();
    await expect(main(phone.page)).toContainText(person.name);
  }
  await tryToSignIn(visitor, person.email, person.password);
  await finishSignUp(phone, person);
  await expect(done(phone.page)).toContainText(t('가입이 끝났습니다', 'You are a member now'));

  await signIn(visitor, person);
  await page.goto('/my/email');
  await expect(main(page)).toContainText(t('이 주소로 오는 메일을 읽으시는 것을', 'You proved that you read'));
  await phone.page.goto(link);
  await expect(heading(phone.page, t('쓸 수 없는 주소입니다', 'This link does not work'))).toBeVisible();
});

test('a newcomer who wanted to write goes on to the editor after the form behind the link', async ({ visitor, another }) => {
  const { page, t } = visitor;
  const person = newPerson();
  await page.goto('/community/free/write');
  await main(page).getByRole('link', { name: t('회원가입', 'Sign up') }).click();
  await fillSignUp(visitor, person);
  await page.getByRole('button', { name: t('가입하기', 'Create account') }).click();
  await expect(heading(page, t('메일을 확인해 주세요', 'Please look at your mail'))).toBeVisible();

  const phone = await another(1);
  await phone.page.goto(await confirmLink(person));
  await finishSignUp(phone, { ...person, password: 'another password' });
  await expect(problems(phone.page)).toContainText(t('가입할 때 적은 비밀번호와 다릅니다', 'It is not the password of this sign-up'));
  await finishSignUp(phone, person);

  await expect(phone.page).toHaveURL(/\/community\/free\/write$/);
  await expect(phone.page.getByLabel(t('제목', 'Title'))).toBeVisible();
});

test('nobody learns by signing up which addresses have accounts', async ({ visitor, another }) => {
  const member = await join(await another());
  const answers: string[][] = [];
  for (const email of [member.email, newPerson().email]) {
    const person = { ...newPerson(), email };
    await sendSignUp(visitor, person);
    const sent = await main(visitor.page).innerText();
    answers.push([visitor.page.url(), sent, await tryToSignIn(visitor, email, person.password)]);
  }

  expect(answers[0]).toEqual(answers[1]);
  const { subject } = await mailTo(member.email, 1);
  expect(subject).toContain(visitor.t('이미 가입하신 이메일입니다', 'You have an account already'));
});

test('a name that was taken meanwhile is replaced behind the link', async ({ visitor, another }) => {
  const { page, t } = visitor;
  const person = newPerson();
  await sendSignUp(visitor, person);
  await join(await another(), { ...newPerson(), name: person.name });
  await page.goto(await confirmLink(person));
  await finishSignUp(visitor, person);
  await expect(problems(page)).toContainText(t('다른 회원이 쓰고 있는 이름입니다', 'Another member uses this name'));
  await expect(page).toHaveTitle(new RegExp(`^${t('오류:', 'Error:')}`));

  const name = `${person.name}둘`.slice(-20);
  await page.getByLabel(t('이름(별명)', 'Name or nickname')).fill(name);
  await finishSignUp(visitor, person);

  await expect(page.getByRole('banner').getByText(name)).toBeVisible();
});

test('staff confirm a newcomer who cannot use mail and drop another, and the address is proved later', async ({ visitor, another }) => {
  const { page, admin, t } = visitor;
  const newcomer = await another(1);
  const [person, other] = [newPerson(), newPerson()];
  await sendSignUp(newcomer, person);
  await sendSignUp(newcomer, other);
  await confirmLink(person);
  const unwanted = await confirmLink(other);
  await enterAsStaff(visitor);
  await page.goto(`${admin}/users`);
  await main(page).getByRole('link', { name: t('가입 확인을 기다리는 사람', 'to be confirmed') }).click();

  await page.getByRole('button', { name: t(`${other.name}님의 가입 신청 지우기`, `Drop the sign-up of ${other.name}`) }).click();
  await expect(main(page).getByRole('status')).toContainText(t('가입 신청을 지웠습니다', 'The sign-up is dropped'));
  await page.getByRole('button', { name: t(`${person.name}님의 가입 확인`, `Confirm the sign-up of ${person.name}`) }).click();
  await expect(main(page).getByRole('status').first()).toContainText(t('가입을 확인했습니다', 'The sign-up is confirmed'));
  await expect(heading(page, person.name)).toBeVisible();

  await newcomer.page.goto(unwanted);
  await expect(heading(newcomer.page, t('쓸 수 없는 주소입니다', 'This link does not work'))).toBeVisible();
  await signIn(newcomer, person);
  await newcomer.page.goto('/my/email');
  await expect(main(newcomer.page)).toContainText(t('확인 안 됨', 'Not verified'));
  await newcomer.page.getByRole('button', { name: t('확인 메일 받기', 'Send me a link') }).click();
  // The first mail is that of the sign-up.
  const { pathname, search } = new URL(linkIn(await mailTo(person.email, 1)));
  await newcomer.page.goto(pathname + search);
  await newcomer.page.getByRole('button', { name: t('내 주소가 맞습니다', 'It is my address') }).click();
  await expect(heading(newcomer.page, t('확인했습니다', 'Verified'))).toBeVisible();
  await expect(bell(newcomer)).toBeVisible();
});

test('a sign-up form can be filled in again for another mail', async ({ visitor }) => {
  const { page, t } = visitor;
  const person = newPerson();
  await sendSignUp(visitor, person);
  const first = await confirmLink(person);

  await main(page).getByRole('link', { name: t('다시 가입하기', 'Sign up again') }).click();
  await fillSignUp(visitor, person);
  await page.getByRole('button', { name: t('가입하기', 'Create account') }).click();

  await expect(heading(page, t('메일을 확인해 주세요', 'Please look at your mail'))).toBeVisible();
  const second = await confirmLink(person, 1);
  await page.goto(first);
  await expect(heading(page, t('쓸 수 없는 주소입니다', 'This link does not work'))).toBeVisible();
  await page.goto(second);
  await finishSignUp(visitor, person);
  await expect(bell(visitor)).toBeVisible();
});
