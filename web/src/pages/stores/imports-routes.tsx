import { lazy } from 'react'
import { Route, Routes } from 'react-router'
import { usePage } from '~/shell/page'
import NotFound from '../not-found'
import { ImportsTable } from './imports-table'

const Create = lazy(() => import('./imports-create'))
const Details = lazy(() => import('./imports-details'))

function List() {
  usePage({ title: 'Imports', contentType: 'table' })
  return <ImportsTable />
}

// Imports are the pages below /imports.
export default function Imports() {
  return (
    <Routes>
      <Route index element={<List />} />
      <Route path="create" element={<Create />} />
      <Route path=":id" element={<Details />} />
      <Route path="*" element={<NotFound />} />
    </Routes>
  )
}
