import { type Locator, type Page } from "playwright-core";
/** The system's Chromium; `FORESHOCK_CHROMIUM` names another. */
export declare const CHROMIUM: string;
export interface Browser {
    /** A new tab: session storage of its own, the system's light theme, 1280 x 900. */
    tab(): Promise<Tab>;
    close(): Promise<void>;
}
export interface Tab {
    readonly page: Page;
    /** Console errors and uncaught exceptions so far. */
    readonly errors: readonly string[];
}
/** Whether the browser tests can run here. On CI they must. */
export declare function hasBrowser(): boolean;
/** Chromium with a fresh profile, removed on `close`. */
export declare function launchBrowser(): Promise<Browser>;
/** How many different colours the first canvas under `selector` shows; 1 means blank. */
export declare function coloursOn(page: Page, selector: string): Promise<number>;
/** Presses the mouse at one share of an element's width and lets go at another. */
export declare function dragAcross(page: Page, selector: string, fromShare: number, toShare: number): Promise<void>;
/** The text of an element as a reader sees it: without what is hidden, lines where there are lines. */
export declare function textOf(target: Locator): Promise<string>;
