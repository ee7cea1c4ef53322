/** How long a request waits for a start to come to it before it is asked to come again; most starts take less. */
export const START_WAIT_MS = 5000;
/** How often it looks. */
export const START_LOOK_MS = 25;
