// Members' names after an @, by keys and by mouse.
import axe from 'axe-core';
import { join, main, post, newPerson, unique } from '../people.ts';
import { expect, test } from '../test.ts';

test('a name after an @ is taken from a list, and its member is notified', async ({ visitor, another, t }) => {
  const { page, scripts } = visitor;
  const tail = Math.random().toString(36).slice(2, 8);
  const friend = await another(1);
  const them = await join(friend, { ...newPerson(), name: `하늘${tail}` });
  await join(await another(2), { ...newPerson(), name: `바다${tail}` });
  await join(visitor);
  await page.goto(await post(visitor, unique('글')));
  const field = page.getByLabel(t('댓글 쓰기', 'Write a comment'));
  const list = page.getByRole('listbox', { name: t('부를 수 있는 회원', 'Members to mention') });

  await field.fill('');
  await field.pressSequentially(`안녕하세요, @${tail.slice(0, 5)}`);
  if (scripts) {
    await expect(list.getByRole('option')).toHaveCount(2);
    await expect(field).toHaveAttribute('aria-controls', 'names');
    await expect(page.locator('#polite')).toContainText(t('부를 수 있는 회원 2명', '2 members to mention'));
    await page.evaluate(axe.source);
    const faults = await page.evaluate(async () => {
      const { violations } = await (window as unknown as { axe: typeof axe }).axe.run(document);
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`);
    });
    expect(faults).toEqual([]);
    await field.press('Escape');
    await expect(list).toHaveCount(0);
    await expect(field).not.toHaveAttribute('aria-activedescendant', /./);

    await field.pressSequentially(tail.slice(5));
    const wanted = list.getByRole('option', { name: them.name });
    await expect(list.getByRole('option')).toHaveCount(2);
    await field.press('ArrowDown');
    await field.press('ArrowUp');
    if ((await wanted.getAttribute('aria-selected')) !== 'true') await field.press('ArrowDown');
    await expect(wanted).toHaveAttribute('aria-selected', 'true');
    await expect(field).toHaveAttribute('aria-activedescendant', (await wanted.getAttribute('id')) ?? '');
    await field.press('Enter');
    await expect(field).toHaveValue(`안녕하세요, @${them.name} `);
    await expect(list).toHaveCount(0);
    await field.pressSequentially(`그리고 @바다${tail}`);
    await list.getByRole('option').first().click();
    await expect(field).toHaveValue(`안녕하세요, @${them.name} 그리고 @바다${tail} `);
    await expect(field).toBeFocused();
    await field.pressSequentially('a@b');
    await expect(list).toHaveCount(0);
  } else {
    await field.fill(`안녕하세요, @${them.name}`);
  }
  await page.getByRole('button', { name: t('댓글 등록', 'Post comment') }).click();
  await expect(main(page)).toContainText(`@${them.name}`);
  await friend.page.goto('/notifications');
  await expect(main(friend.page)).toContainText(friend.t('나를 불렀습니다', 'mentioned you'));
});
