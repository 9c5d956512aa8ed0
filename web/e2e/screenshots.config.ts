import { mergeConfig } from 'vitest/config'
import journeys from './vitest.config'

// npm run screenshots: the pictures of docs/images, taken of the demo's server.
export default mergeConfig({ ...journeys, test: { ...journeys.test, include: [] } }, { test: { include: ['**/*.shots.ts'] } })
