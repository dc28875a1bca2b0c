/** A stage of a funnel. */
export interface Status {
  readonly id: number;
  readonly pipelineId: number;
  readonly name: string;
  readonly sort: number;
  /** 1: incoming leads, which no person moves a lead to. */
  readonly type: 0 | 1;
  readonly isEditable: boolean;
  readonly color: string;
}

export interface Pipeline {
  readonly id: number;
  readonly name: string;
  readonly sort: number;
  readonly isMain: boolean;
  readonly statuses: readonly Status[];
}

/** Won and lost stand at the end of every funnel, under the same two numbers (reference §3.2). */
export const wonStatus = 142;
export const lostStatus = 143;

export interface PipelineDraft {
  readonly id: number;
  readonly name: string;
  /** Of the first stage after the incoming one; the others follow. */
  readonly firstStatusId: number;
  readonly stages: readonly string[];
}

export function createPipelines(drafts: readonly PipelineDraft[]): readonly Pipeline[] {
  return drafts.map(({ id, name, firstStatusId, stages }, index) => {
    const stage = (statusId: number, title: string, sort: number, more: Partial<Status> = {}): Status => ({
      id: statusId,
      pipelineId: id,
      name: title,
      sort,
      type: 0,
      isEditable: true,
      color: '#99ccff',
      ...more,
    });
    return {
      id,
      name,
      sort: index + 1,
      isMain: index === 0,
      statuses: [
        stage(firstStatusId - 1, 'Неразобранное', 10, {
          type: 1,
          isEditable: false,
          color: '#c1c1c1',
        }),
        ...stages.map((title, place) => stage(firstStatusId + place, title, (place + 2) * 10)),
        stage(wonStatus, 'Успешно реализовано', 1e4, {
          isEditable: false,
          color: '#CCFF66',
        }),
        stage(lostStatus, 'Закрыто и не реализовано', 11e3, {
          isEditable: false,
          color: '#D5D8DB',
        }),
      ],
    };
  });
}

/** Where a lead goes whose stage nobody named (reference §3.2): that incoming leads are not meant is not verified. */
export function firstStatus({ statuses }: Pipeline): number {
  return statuses.find(({ type }) => type === 0)?.id ?? wonStatus;
}

export function isClosed(statusId: number): boolean {
  return statusId === wonStatus || statusId === lostStatus;
}
