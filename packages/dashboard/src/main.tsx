import { render } from "preact";
import { App } from "./app.tsx";
import { applyTheme } from "./theme/theme.ts";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/controls.css";
import "./styles/panels.css";
import "./styles/now.css";
import "./styles/drill-down.css";
import "./styles/narrow.css";

applyTheme();
const root = document.getElementById("root");
if (root === null) throw new Error('index.html has no element with the id "root"');
render(<App />, root);
