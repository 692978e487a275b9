// The editor of a post and its draft, as journeys use them.
import type { Visitor } from './test.ts';

export const WRITE = '/community/free/write';

export async function type(visitor: Visitor, title: string, body: string) {
  await visitor.page.getByLabel(visitor.t('제목', 'Title')).fill(title);
  await text(visitor).fill(body);
}

export const saveButton = ({ page, t }: Visitor) => page.getByRole('button', { name: t('임시저장', 'Save draft'), exact: true });
export const saved = ({ page }: Visitor) => page.locator('#saved');
export const savedText = ({ t }: Visitor) => t('에 임시저장했습니다', 'Draft saved at');
export const text = ({ page, t }: Visitor) => page.getByRole('textbox', { name: t('내용', 'Text') });
