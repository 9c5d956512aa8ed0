package trinosql

import (
	"strconv"
	"time"
)

// current writes CURRENT_TIMESTAMP and its kin. In a checked statement they are the moment
// that it was checked at, and who asks, on whatever server it runs.
func (p *trinoPrinter) current(n *current) {
	if p.checked != nil {
		o := p.checked.options
		digits := n.precision
		if digits < 0 {
			digits = 3
		}
		switch n.name {
		case "current_date":
			p.put("DATE ", duckString(o.Now.Format(time.DateOnly)))
			return
		case "current_timestamp":
			p.put("TIMESTAMP ", duckString(roundedText(o.Now, time.DateTime, digits)+" UTC"))
			return
		case "localtimestamp":
			p.put("TIMESTAMP ", duckString(roundedText(o.Now, time.DateTime, digits)))
			return
		case "localtime":
			p.put("TIME ", duckString(roundedText(o.Now, time.TimeOnly, digits)))
			return
		case "current_user":
			p.put("CAST(", duckString(o.User), " AS varchar)")
			return
		}
	}
	p.put(n.name)
	if n.precision >= 0 {
		p.put("(", strconv.Itoa(n.precision), ")")
	}
}

// roundedText is a moment with so many digits of a second's fraction.
func roundedText(t time.Time, layout string, digits int) string {
	unit := time.Second
	for range digits {
		unit /= 10
	}
	return t.Round(max(unit, 1)).Format(layout + fractionLayout(digits))
}
