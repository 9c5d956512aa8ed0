// Package lake keeps events as tables. Its first table is the event history:
// all management events of the last 90 days, per account and Region.
package lake
