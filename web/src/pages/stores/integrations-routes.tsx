import { lazy } from 'react'
import { Route, Routes } from 'react-router'
import NotFound from '../not-found'
import List from './integrations-list'

const Create = lazy(() => import('./integrations-create'))
const Details = lazy(() => import('./integrations-details'))
const Edit = lazy(() => import('./integrations-edit'))

// Integrations are the pages below /integrations.
export default function Integrations() {
  return (
    <Routes>
      <Route index element={<List />} />
      <Route path="create" element={<Create />} />
      <Route path=":id" element={<Details />} />
      <Route path=":id/edit/:section" element={<Edit />} />
      <Route path="*" element={<NotFound />} />
    </Routes>
  )
}
