import { expect, test } from 'vitest';
import { windowAt } from './walk.ts';

test('a page begins with a row that was read before, at the cost of every twelfth request', () => {
  let requests = 0;
  for (let read = 0; read < 100_000; requests++) {
    const { page, limit } = windowAt(read, 250);
    const start = (page - 1) * limit;
    expect(start).toBeLessThan(Math.max(read, 1));
    expect(start + limit).toBeGreaterThan(read);
    read = start + limit;
  }
  expect(requests).toBe(433);
});

test('the first page is as large as pages are', () => {
  expect(windowAt(0, 250)).toEqual({ page: 1, limit: 250 });
  expect(windowAt(250, 250)).toEqual({ page: 2, limit: 249 });
});

test('where no page begins before the last row it begins right behind it', () => {
  expect(windowAt(6, 3)).toEqual({ page: 3, limit: 3 });
});
