/** What is being done, and for which tenant; empty where for nobody in particular. */
export type Progress = (what: string, tenantId: string) => void;
