import { z } from "zod";
import type { UiAssets } from "../web/ui-assets.ts";

const Ui = z.object({ script: z.string().min(1), style: z.string().min(1) });

/** The page's code and style as the build left them. @throws ZodError when it is something else */
export const parseUi = (text: string): UiAssets => Ui.parse(JSON.parse(text));
