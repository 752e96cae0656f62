// The parts of ECharts that Denghuo draws with; the SVG renderer keeps printing and a strict CSP simple.
import * as echarts from "echarts/core";
import { BarChart, LineChart, PieChart, ScatterChart, HeatmapChart, GaugeChart, SankeyChart } from "echarts/charts";
import {
  AriaComponent,
  DataZoomComponent,
  DatasetComponent,
  GridComponent,
  LegendComponent,
  MarkAreaComponent,
  MarkLineComponent,
  MarkPointComponent,
  TitleComponent,
  ToolboxComponent,
  TooltipComponent,
  VisualMapComponent,
} from "echarts/components";
import { SVGRenderer } from "echarts/renderers";

echarts.use([
  BarChart, LineChart, PieChart, ScatterChart, HeatmapChart, GaugeChart, SankeyChart,
  AriaComponent, DataZoomComponent, DatasetComponent, GridComponent, LegendComponent, MarkAreaComponent,
  MarkLineComponent, MarkPointComponent, TitleComponent, ToolboxComponent, TooltipComponent, VisualMapComponent,
  SVGRenderer,
]);

globalThis.echarts = echarts;
