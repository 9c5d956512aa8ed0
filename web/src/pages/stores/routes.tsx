import { lazy } from 'react'
import { Route, Routes } from 'react-router'
import NotFound from '../not-found'
import List from './list'

const Create = lazy(() => import('./create'))
const Details = lazy(() => import('./details'))
const Edit = lazy(() => import('./edit'))

// Stores are the pages below /event-data-stores.
export default function Stores() {
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
