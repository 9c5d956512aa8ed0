import Badge from '@cloudscape-design/components/badge'
import Box from '@cloudscape-design/components/box'
import Button from '@cloudscape-design/components/button'
import Cards from '@cloudscape-design/components/cards'
import ExpandableSection from '@cloudscape-design/components/expandable-section'
import Grid from '@cloudscape-design/components/grid'
import Header from '@cloudscape-design/components/header'
import Input from '@cloudscape-design/components/input'
import FormField from '@cloudscape-design/components/form-field'
import Link from '@cloudscape-design/components/link'
import Select from '@cloudscape-design/components/select'
import SpaceBetween from '@cloudscape-design/components/space-between'
import { useState } from 'react'
import { useSearchParams } from 'react-router'
import type { SearchSampleQueriesSearchResult } from '~/api/operations.gen'
import { Empty } from '~/components/empty'
import { Problem } from '~/components/problem'
import { count } from '~/lib/text'
import { usable, useSamples, useStores } from './api'
import { apply, storeChanges } from './from'
import { byTheme, inTheme, phraseOf, themeOf, themes } from './sample-themes'
import { NoStores, StoreSelect, useChosenStore } from './store-select'
import { placeholder } from './tokens'
import { useOpen } from './use-open'
import { useDebounced } from './use-results'

type Sample = SearchSampleQueriesSearchResult

// SampleQueries is the gallery of queries that can be run as they are.
export function SampleQueries() {
  const [params, setParams] = useSearchParams()
  const [text, setText] = useState(params.get('find') ?? '')
  const theme = themes.find((t) => t.id === params.get('theme')) ?? themes[0]!
  const rested = useDebounced(text)
  const phrase = phraseOf(rested)
  const { data, isPending, isPlaceholderData, error, refetch } = useSamples(phrase)
  const stores = useStores(true)
  const [chosen, choose] = useChosenStore()
  const open = useOpen()
  const store = stores.stores?.find((s) => s.id === chosen && usable(s)) ?? stores.stores?.find(usable)
  const fitting = (data ?? []).filter((sample) => inTheme(theme, sample))
  // What was searched for comes in the order of relevance.
  const shown = phrase === phraseOf('') && theme === themes[0] ? byTheme(fitting) : fitting
  const filled = (sample: Sample) => (store ? apply(sample.SQL!, storeChanges(sample.SQL!, store.id)) : sample.SQL!)
  const setTheme = (id: string) =>
    setParams(
      (old) => {
        const next = new URLSearchParams(old)
        if (id === themes[0]!.id) next.delete('theme')
        else next.set('theme', id)
        return next
      },
      { replace: true },
    )
  return (
    <SpaceBetween size="l">
      {stores.stores?.length === 0 && <NoStores />}
      <Grid gridDefinition={[{ colspan: { default: 12, s: 5 } }, { colspan: { default: 12, s: 3 } }, { colspan: { default: 12, s: 4 } }]}>
        <FormField label="Search phrase" description="Say what you want to know">
          <Input
            type="search"
            value={text}
            onChange={({ detail }) => setText(detail.value)}
            placeholder="Who signed in without MFA?"
            clearAriaLabel="Clear"
          />
        </FormField>
        <FormField label="Theme" description="What it is about">
          <Select
            selectedOption={{ value: theme.id, label: theme.name }}
            options={themes.map(({ id, name }) => ({ value: id, label: name }))}
            onChange={({ detail }) => setTheme(detail.selectedOption.value!)}
          />
        </FormField>
        <StoreSelect stores={stores} value={store?.id} onChoose={choose} description="Sample queries are opened for it" quiet />
      </Grid>
      {error ? (
        <Problem header="The sample queries could not be searched" error={error} onRetry={() => void refetch()} />
      ) : (
        <Cards
          items={shown}
          loading={isPending || isPlaceholderData || rested !== text}
          loadingText="Searching sample queries"
          trackBy="Name"
          cardsPerRow={[{ cards: 1 }, { minWidth: 600, cards: 2 }, { minWidth: 1100, cards: 3 }]}
          header={
            <Header
              variant="h2"
              counter={data && `(${count(shown.length)})`}
              description="Each can be run as it is, changed, and saved under a name of your own"
            >
              Sample queries
            </Header>
          }
          empty={
            <Empty
              title="No sample query found"
              action={
                <Button
                  onClick={() => {
                    setText('')
                    setTheme(themes[0]!.id)
                  }}
                >
                  Show all
                </Button>
              }
            >
              Try other words: what was done, to what, or by whom. Only English is understood.
            </Empty>
          }
          ariaLabels={{ itemSelectionLabel: (_, s) => s.Name!, selectionGroupLabel: 'Sample queries' }}
          cardDefinition={{
            header: (sample) => (
              <Link
                href="#"
                fontSize="heading-s"
                onFollow={(event) => {
                  event.preventDefault()
                  open({ name: sample.Name!, sql: filled(sample) })
                }}
              >
                {sample.Name}
              </Link>
            ),
            sections: [
              { id: 'theme', content: (sample) => <Badge>{themeOf(sample)?.name ?? 'Activity'}</Badge> },
              { id: 'about', content: (sample) => sample.Description },
              {
                id: 'sql',
                content: (sample) => (
                  <ExpandableSection headerText="SQL" variant="footer">
                    <SpaceBetween size="xs">
                      <pre className="query-pre" tabIndex={0} role="region" aria-label={`SQL of ${sample.Name}`}>
                        {filled(sample)}
                      </pre>
                      <Button onClick={() => open({ name: sample.Name!, sql: filled(sample) })} ariaLabel={`Open ${sample.Name} in editor`}>
                        Open in editor
                      </Button>
                    </SpaceBetween>
                  </ExpandableSection>
                ),
              },
            ],
          }}
        />
      )}
      {!store && stores.stores && (
        <Box color="text-body-secondary">Without an event data store, {placeholder} stands for it in the statements.</Box>
      )}
    </SpaceBetween>
  )
}
