import { render } from "preact";
import { App } from "./app.tsx";
import { applyTheme } from "./theme/theme.ts";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/parts.css";
import "./styles/pages.css";

applyTheme();
const root = document.getElementById("root");
if (root === null) throw new Error('index.html has no element with the id "root"');
render(<App />, root);
