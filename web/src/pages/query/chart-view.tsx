import BarChart from '@cloudscape-design/components/bar-chart'
import Box from '@cloudscape-design/components/box'
import ColumnLayout from '@cloudscape-design/components/column-layout'
import FormField from '@cloudscape-design/components/form-field'
import LineChart from '@cloudscape-design/components/line-chart'
import PieChart from '@cloudscape-design/components/pie-chart'
import Select from '@cloudscape-design/components/select'
import SpaceBetween from '@cloudscape-design/components/space-between'
import { useMemo, useState } from 'react'
import { Empty } from '~/components/empty'
import { clip, count, visible } from '~/lib/text'
import { useZone } from '~/shell/topbar'
import type { Cell, Column } from './cells'
import { axes, bars, chooseChart, fitChart, mostRows, points, type Chart, type Kind } from './charts'

const kinds: Record<Kind, string> = { line: 'Line', bar: 'Bar', pie: 'Pie' }
const height = 320

// short is a number for an axis: 1.5M.
const compact = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 })
const full = new Intl.NumberFormat('en-US', { maximumFractionDigits: 3 })
const label = (text: string, most: number) => visible(clip(text, most))

// labelled gives categories names that fit, and that differ where their beginnings do not.
function labelled(all: { x: string; y: number }[]): { x: string; y: number }[] {
  const taken = new Set<string>()
  return all.map(({ x, y }) => {
    let name = label(x, 48)
    for (let n = 2; taken.has(name); n++) name = `${label(x, 44)} (${n})`
    taken.add(name)
    return { x: name, y }
  })
}

// ChartView shows rows as a chart, which it chooses by their columns.
export default function ChartView({ columns, rows, more }: { columns: Column[]; rows: Cell[][]; more: boolean }) {
  const chosen = useMemo(() => chooseChart(columns, rows), [columns, rows])
  const [changed, change] = useState<Chart>()
  const chart = changed ?? chosen
  if (rows.length === 0) return <Empty title="No matches">There is no row to show.</Empty>
  if (!chart) {
    return (
      <Empty title="No chart for these columns">
        A chart needs a column to show along an axis: a time, or a text. Count by one: SELECT eventName, count(*) AS events … GROUP BY
        eventName.
      </Empty>
    )
  }
  return (
    <SpaceBetween size="m">
      <Choices columns={columns} chart={chart} onChange={change} />
      {chart.kind === 'line' ? (
        <Line columns={columns} rows={rows} chart={chart} />
      ) : chart.kind === 'bar' ? (
        <Bars columns={columns} rows={rows} chart={chart} />
      ) : (
        <Pie columns={columns} rows={rows} chart={chart} />
      )}
      {more && (
        <Box color="text-body-secondary" fontSize="body-s">
          Made of the first {count(mostRows)} rows. Aggregate in the statement to show all.
        </Box>
      )}
    </SpaceBetween>
  )
}

function Choices({ columns, chart, onChange }: { columns: Column[]; chart: Chart; onChange: (chart: Chart) => void }) {
  const can = axes(columns, chart.kind)
  const option = (i: number) => ({ value: String(i), label: label(columns[i]!.name, 60), description: columns[i]!.type.slice(0, 60) })
  const rowCount = { value: '', label: 'Number of rows' }
  const all = { value: '', label: 'One line' }
  const fits = (Object.keys(kinds) as Kind[]).filter((kind) => fitChart(columns, chart, kind))
  return (
    <ColumnLayout columns={4} minColumnWidth={150}>
      <FormField label="Chart">
        <Select
          selectedOption={{ value: chart.kind, label: kinds[chart.kind] }}
          options={fits.map((kind) => ({ value: kind, label: kinds[kind] }))}
          onChange={({ detail }) => onChange(fitChart(columns, chart, detail.selectedOption.value as Kind)!)}
        />
      </FormField>
      <FormField label={chart.kind === 'line' ? 'Time' : 'Category'}>
        <Select
          selectedOption={option(chart.x)}
          options={can.x.map(option)}
          onChange={({ detail }) => onChange({ ...chart, x: Number(detail.selectedOption.value) })}
        />
      </FormField>
      <FormField label="Value">
        <Select
          selectedOption={chart.y === undefined ? rowCount : option(chart.y)}
          options={[rowCount, ...can.y.map(option)]}
          onChange={({ detail }) =>
            onChange({ ...chart, y: detail.selectedOption.value === '' ? undefined : Number(detail.selectedOption.value) })
          }
        />
      </FormField>
      {chart.kind === 'line' && (
        <FormField label="Lines by">
          <Select
            selectedOption={chart.split === undefined ? all : option(chart.split)}
            options={[all, ...can.split.map(option)]}
            onChange={({ detail }) =>
              onChange({ ...chart, split: detail.selectedOption.value === '' ? undefined : Number(detail.selectedOption.value) })
            }
          />
        </FormField>
      )}
    </ColumnLayout>
  )
}

interface Shown {
  columns: Column[]
  rows: Cell[][]
  chart: Chart
}

const titleOf = (columns: Column[], at: number | undefined) => (at === undefined ? 'Rows' : label(columns[at]!.name, 60))

function Line({ columns, rows, chart }: Shown) {
  const [zone] = useZone()
  const y = titleOf(columns, chart.y)
  const series = useMemo(
    () =>
      points(rows, chart).map((s) => ({
        type: 'line' as const,
        title: s.title ? label(s.title, 60) : y,
        data: s.data,
        valueFormatter: (n: number) => full.format(n),
      })),
    [rows, chart, y],
  )
  const days = series.every((s) => s.data.every((p) => p.x.getTime() % 86_400_000 === 0))
  const format = new Intl.DateTimeFormat('en-US', {
    month: 'short',
    day: 'numeric',
    ...(days ? {} : { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }),
    timeZone: days || zone === 'utc' ? 'UTC' : undefined,
  })
  return (
    <LineChart
      series={series}
      xScaleType="time"
      height={height}
      hideFilter
      hideLegend={series.length < 2}
      xTitle={`${titleOf(columns, chart.x)} (${days || zone === 'utc' ? 'UTC' : 'local time'})`}
      yTitle={y}
      ariaLabel={`${y} over time`}
      empty={<Empty title="No times in this column" />}
      i18nStrings={{ xTickFormatter: (x) => format.format(x as Date), yTickFormatter: (n) => compact.format(n) }}
    />
  )
}

function Bars({ columns, rows, chart }: Shown) {
  const data = useMemo(() => labelled(bars(columns, rows, chart)), [columns, rows, chart])
  const y = titleOf(columns, chart.y)
  return (
    <BarChart
      series={[{ type: 'bar', title: y, data, valueFormatter: (n: number) => full.format(n) }]}
      xDomain={data.map((b) => b.x)}
      xScaleType="categorical"
      horizontalBars
      height={Math.max(height, data.length * 26)}
      hideFilter
      hideLegend
      xTitle={titleOf(columns, chart.x)}
      yTitle={y}
      ariaLabel={`${y} by ${titleOf(columns, chart.x)}`}
      i18nStrings={{ yTickFormatter: (n) => compact.format(n) }}
    />
  )
}

function Pie({ columns, rows, chart }: Shown) {
  const data = useMemo(
    () => labelled(bars(columns, rows, chart)).map((b) => ({ title: b.x, value: Math.max(0, b.y) })),
    [columns, rows, chart],
  )
  return (
    <PieChart
      data={data}
      size="large"
      hideFilter
      ariaLabel={`${titleOf(columns, chart.y)} by ${titleOf(columns, chart.x)}`}
      segmentDescription={(d, sum) => `${full.format(d.value)} (${sum > 0 ? ((d.value / sum) * 100).toFixed(1) : 0}%)`}
      detailPopoverContent={(d, sum) => [
        { key: titleOf(columns, chart.y), value: full.format(d.value) },
        { key: 'Share', value: `${sum > 0 ? ((d.value / sum) * 100).toFixed(1) : 0}%` },
      ]}
    />
  )
}
