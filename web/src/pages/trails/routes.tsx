import { lazy } from 'react'
import { Route, Routes } from 'react-router'
import NotFound from '../not-found'
import List from './list'

const Create = lazy(() => import('./create'))
const Details = lazy(() => import('./details'))
const Edit = lazy(() => import('./edit'))

// Trails are the pages below /trails.
export default function Trails() {
  return (
    <Routes>
      <Route index element={<List />} />
      <Route path="create" element={<Create />} />
      <Route path=":name" element={<Details />} />
      <Route path=":name/edit/:section" element={<Edit />} />
      <Route path="*" element={<NotFound />} />
    </Routes>
  )
}
