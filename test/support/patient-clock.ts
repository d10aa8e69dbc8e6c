/** More than this between two looks at the clock is the machine being busy, and nothing that is tested. */
const MOST_MILLISECONDS = 20;

/**
 * Has each test see a clock that stands still while the machine is busy: what gives up, or takes a node for gone, after so many seconds without progress
 * does so however slow the machine is, and no sooner.
 */
export function usePatientClock(): void {
  beforeEach(() => {
    const real = Date.now;
    let [now, last] = [real(), real()];
    jest.spyOn(Date, 'now').mockImplementation(() => {
      const at = real();
      now += Math.min(MOST_MILLISECONDS, at - last);
      last = at;
      return now;
    });
  });
  afterEach(() => jest.restoreAllMocks());
}
