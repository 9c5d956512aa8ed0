package trinosql

import (
	"math"
	"math/bits"
	"sort"
	"strconv"
	"strings"

	"github.com/cairntrail/cairn/internal/trinosql/value"
)

var numberGo = []value.Function{
	goFunc("trino_double_text", "VARCHAR", types("DOUBLE"), func(a []any) (any, error) { return scientific(flt(a[0]), 64), nil }),
	goFunc("trino_real_text", "VARCHAR", types("FLOAT"), func(a []any) (any, error) { return scientific(float64(a[0].(float32)), 32), nil }),
	goFunc("trino_text_to_double", "DOUBLE", types("VARCHAR"), func(a []any) (any, error) {
		f, ok := parseJavaDouble(str(a[0]))
		if !ok {
			return nil, raise(CodeInvalidCast, "Cannot cast '%s' to DOUBLE", a[0])
		}
		return f, nil
	}),
	goFunc("trino_from_base", "BIGINT", types("VARCHAR", "BIGINT"), func(a []any) (any, error) {
		if err := checkBase(num(a[1])); err != nil {
			return nil, err
		}
		v, err := strconv.ParseInt(str(a[0]), int(num(a[1])), 64)
		if err != nil || strings.Contains(str(a[0]), "_") {
			return nil, badArgument("Not a valid base-%d number: %s", a[1], a[0])
		}
		return v, nil
	}),
	goFunc("trino_to_base", "VARCHAR", types("BIGINT", "BIGINT"), func(a []any) (any, error) {
		if err := checkBase(num(a[1])); err != nil {
			return nil, err
		}
		return strconv.FormatInt(num(a[0]), int(num(a[1]))), nil
	}),
	goFunc("trino_width_bucket", "BIGINT", types("DOUBLE", "DOUBLE", "DOUBLE", "BIGINT"), func(a []any) (any, error) {
		return widthBucket(flt(a[0]), flt(a[1]), flt(a[2]), num(a[3]))
	}),
	goFunc("trino_width_bucket_bins", "BIGINT", types("DOUBLE", "DOUBLE[]"), func(a []any) (any, error) {
		bins := a[1].([]any)
		if len(bins) == 0 {
			return nil, badArgument("Bins cannot be an empty array")
		}
		x := flt(a[0])
		if math.IsNaN(x) {
			return nil, badArgument("Operand cannot be NaN")
		}
		return int64(sort.Search(len(bins), func(i int) bool { b, _ := bins[i].(float64); return b > x })), nil
	}),
	goFunc("trino_wilson", "DOUBLE", types("BIGINT", "BIGINT", "DOUBLE", "BOOLEAN"), func(a []any) (any, error) {
		return wilson(float64(num(a[0])), float64(num(a[1])), flt(a[2]), a[3].(bool))
	}),
	goFunc("trino_bit_count", "BIGINT", types("BIGINT", "BIGINT"), func(a []any) (any, error) {
		v, n := num(a[0]), num(a[1])
		if n < 2 || n > 64 {
			return nil, badArgument("Bits specified in bit_count must be between 2 and 64, got %d", n)
		}
		if n < 64 && (v >= 1<<(n-1) || v < -1<<(n-1)) {
			return nil, badArgument("Number must be representable with the bits specified. %d cannot be represented with %d bits", v, n)
		}
		return int64(bits.OnesCount64(uint64(v) & (1<<uint(n) - 1))), nil
	}),
	goFunc("trino_shift_left", "BIGINT", types("BIGINT", "BIGINT", "BIGINT"), func(a []any) (any, error) {
		v, n, size := num(a[0]), num(a[1]), uint(num(a[2]))
		if n < 0 || n >= int64(size) {
			return int64(0), nil
		}
		return signed(uint64(v)<<uint(n), size), nil
	}),
	goFunc("trino_shift_right", "BIGINT", types("BIGINT", "BIGINT", "BIGINT"), func(a []any) (any, error) {
		v, n, size := num(a[0]), num(a[1]), uint(num(a[2]))
		if n < 0 || n >= int64(size) {
			return int64(0), nil
		}
		return signed((uint64(v)&(^uint64(0)>>(64-size)))>>uint(n), size), nil
	}),
	goFunc("trino_shift_arithmetic", "BIGINT", types("BIGINT", "BIGINT", "BIGINT"), func(a []any) (any, error) {
		return num(a[0]) >> uint64(min(63, max(0, num(a[1])))), nil
	}),
	goFunc("trino_normal_cdf", "DOUBLE", types("DOUBLE", "DOUBLE", "DOUBLE"), func(a []any) (any, error) {
		mean, sd, v := flt(a[0]), flt(a[1]), flt(a[2])
		if !(sd > 0) {
			return nil, badArgument("standardDeviation must be > 0")
		}
		return 0.5 * (1 + math.Erf((v-mean)/(sd*math.Sqrt2))), nil
	}),
	goFunc("trino_inverse_normal_cdf", "DOUBLE", types("DOUBLE", "DOUBLE", "DOUBLE"), func(a []any) (any, error) {
		mean, sd, p := flt(a[0]), flt(a[1]), flt(a[2])
		if !(p > 0 && p < 1) {
			return nil, badArgument("p must be 0 > p > 1")
		}
		if !(sd > 0) {
			return nil, badArgument("sd must be > 0")
		}
		return mean + sd*math.Sqrt2*math.Erfinv(2*p-1), nil
	}),
	goFunc("trino_beta_cdf", "DOUBLE", types("DOUBLE", "DOUBLE", "DOUBLE"), func(a []any) (any, error) {
		x, y, v := flt(a[0]), flt(a[1]), flt(a[2])
		switch {
		case !(v >= 0 && v <= 1):
			return nil, badArgument("value must be in the interval [0, 1]")
		case !(x > 0):
			return nil, badArgument("a must be > 0")
		case !(y > 0):
			return nil, badArgument("b must be > 0")
		}
		return regularizedBeta(v, x, y), nil
	}),
	goFunc("trino_inverse_beta_cdf", "DOUBLE", types("DOUBLE", "DOUBLE", "DOUBLE"), func(a []any) (any, error) {
		x, y, p := flt(a[0]), flt(a[1]), flt(a[2])
		if !(p >= 0 && p <= 1) || !(x > 0) || !(y > 0) {
			return nil, badArgument("p must be in the interval [0, 1], and a and b must be > 0")
		}
		lo, hi := 0.0, 1.0
		for range 200 {
			if mid := (lo + hi) / 2; regularizedBeta(mid, x, y) < p {
				lo = mid
			} else {
				hi = mid
			}
		}
		return (lo + hi) / 2, nil
	}),
	goFunc("trino_t_cdf", "DOUBLE", types("DOUBLE", "DOUBLE"), func(a []any) (any, error) {
		x, df := flt(a[0]), flt(a[1])
		if !(df > 0) {
			return nil, badArgument("df must be greater than 0")
		}
		tail := 0.5 * regularizedBeta(df/(df+x*x), df/2, 0.5)
		if x > 0 {
			return 1 - tail, nil
		}
		return tail, nil
	}),
	goFunc("trino_t_pdf", "DOUBLE", types("DOUBLE", "DOUBLE"), func(a []any) (any, error) {
		x, df := flt(a[0]), flt(a[1])
		if !(df > 0) {
			return nil, badArgument("df must be greater than 0")
		}
		n1, _ := math.Lgamma((df + 1) / 2)
		n2, _ := math.Lgamma(df / 2)
		return math.Exp(n1-n2-0.5*math.Log(df*math.Pi)) * math.Pow(1+x*x/df, -(df+1)/2), nil
	}),
	goFunc("trino_cosine_maps", "DOUBLE", types("MAP(VARCHAR, DOUBLE)", "MAP(VARCHAR, DOUBLE)"), func(a []any) (any, error) {
		return cosineOfMaps(a[0].(value.Map), a[1].(value.Map)), nil
	}),
	goFunc("trino_skewness", "DOUBLE", types("DOUBLE[]"), func(a []any) (any, error) { return skewness(a[0].([]any)), nil }),
	goFunc("trino_numeric_histogram", "MAP(DOUBLE, DOUBLE)", types("DOUBLE[][]", "BIGINT"), func(a []any) (any, error) {
		return numericBuckets(a[0].([]any), num(a[1]))
	}),
	goFunc("trino_combinations", "BIGINT[][]", types("BIGINT", "BIGINT"), func(a []any) (any, error) { return combinations(num(a[0]), num(a[1])) }),
}

// signed is the lower bits of a number as a signed one.
func signed(v uint64, size uint) int64 { return int64(v<<(64-size)) >> (64 - size) }

func checkBase(b int64) error {
	if b < 2 || b > 36 {
		return badArgument("Radix must be between 2 and 36")
	}
	return nil
}

// scientific is a floating point number as Trino writes it in a varchar: 1.5E0.
func scientific(f float64, size int) string {
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 0):
		return strings.TrimPrefix(ifText(f < 0, "-Infinity", "Infinity"), "+")
	case f == 0:
		return ifText(math.Signbit(f), "-0E0", "0E0")
	}
	s := strconv.FormatFloat(f, 'E', -1, size)
	if size == 32 {
		s = strconv.FormatFloat(f, 'E', 6, 32)
	}
	mantissa, exp, _ := strings.Cut(s, "E")
	if strings.Contains(mantissa, ".") {
		mantissa = strings.TrimRight(mantissa, "0")
	}
	if !strings.Contains(mantissa, ".") {
		mantissa += ".0"
	} else if strings.HasSuffix(mantissa, ".") {
		mantissa += "0"
	}
	n, _ := strconv.Atoi(exp)
	return mantissa + "E" + strconv.Itoa(n)
}

// javaDoubleText is a double as Java's Double.toString has it.
func javaDoubleText(f float64) string {
	switch {
	case math.IsNaN(f), math.IsInf(f, 0):
		return scientific(f, 64)
	case f == 0:
		return ifText(math.Signbit(f), "-0.0", "0.0")
	}
	if a := math.Abs(f); a >= 1e7 || a < 1e-3 {
		return scientific(f, 64)
	}
	s := strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}

func widthBucket(x, lo, hi float64, n int64) (any, error) {
	switch {
	case n <= 0:
		return nil, badArgument("bucketCount must be greater than 0")
	case math.IsNaN(x):
		return nil, badArgument("operand must not be NaN")
	case lo == hi || math.IsNaN(lo+hi) || math.IsInf(lo+hi, 0):
		return nil, badArgument("bounds must be finite and must not equal each other")
	}
	low, high := math.Min(lo, hi), math.Max(lo, hi)
	var b int64
	switch {
	case x < low:
		b = 0
	case x >= high:
		b = n + 1
	default:
		b = int64(float64(n)*(x-low)/(high-low)) + 1
	}
	if lo > hi {
		b = n - b + 1
	}
	return b, nil
}

func wilson(successes, trials, z float64, upper bool) (any, error) {
	switch {
	case successes < 0:
		return nil, badArgument("number of successes must not be negative")
	case trials <= 0:
		return nil, badArgument("number of trials must be positive")
	case successes > trials:
		return nil, badArgument("number of successes must not be larger than number of trials")
	case z < 0:
		return nil, badArgument("z-score must not be negative")
	}
	p := successes / trials
	middle := p + z*z/(2*trials)
	spread := z * math.Sqrt(p*(1-p)/trials+z*z/(4*trials*trials))
	if !upper {
		spread = -spread
	}
	return (middle + spread) / (1 + z*z/trials), nil
}

// regularizedBeta is the regularized incomplete beta function, by Lentz's continued
// fraction.
func regularizedBeta(x, a, b float64) float64 {
	switch {
	case x <= 0:
		return 0
	case x >= 1:
		return 1
	case x > (a+1)/(a+b+2):
		return 1 - regularizedBeta(1-x, b, a)
	}
	la, _ := math.Lgamma(a)
	lb, _ := math.Lgamma(b)
	lab, _ := math.Lgamma(a + b)
	front := math.Exp(lab-la-lb+a*math.Log(x)+b*math.Log(1-x)) / a
	const tiny = 1e-300
	f, c, d := 1.0, 1.0, 0.0
	for i := range 500 {
		m := float64(i / 2)
		var n float64
		switch {
		case i == 0:
			n = 1
		case i%2 == 0:
			n = m * (b - m) * x / ((a + 2*m - 1) * (a + 2*m))
		default:
			n = -(a + m) * (a + b + m) * x / ((a + 2*m) * (a + 2*m + 1))
		}
		if d = 1 + n*d; math.Abs(d) < tiny {
			d = tiny
		}
		d = 1 / d
		if c = 1 + n/c; math.Abs(c) < tiny {
			c = tiny
		}
		f *= c * d
		if math.Abs(1-c*d) < 1e-15 {
			break
		}
	}
	return front * (f - 1)
}

func cosineOfMaps(a, b value.Map) any {
	var dot, x, y float64
	other := make(map[string]float64)
	for _, e := range b {
		v, ok := e.Value.(float64)
		if !ok {
			return nil
		}
		other[e.Key.(string)] = v
		y += v * v
	}
	for _, e := range a {
		v, ok := e.Value.(float64)
		if !ok {
			return nil
		}
		x += v * v
		dot += v * other[e.Key.(string)]
	}
	if x == 0 || y == 0 {
		return nil
	}
	return dot / math.Sqrt(x) / math.Sqrt(y)
}

// skewness is that of the values as a whole population.
func skewness(list []any) any {
	var n, mean, m2, m3 float64
	for _, v := range list {
		if x, ok := v.(float64); ok {
			n++
			d := x - mean
			dn := d / n
			t := d * dn * (n - 1)
			mean += dn
			m3 += t*dn*(n-2) - 3*dn*m2
			m2 += t
		}
	}
	if n < 3 {
		return nil
	}
	return math.Sqrt(n) * m3 / math.Pow(m2, 1.5)
}

// numericBuckets merges neighbors until there are few enough, as the histogram of Ben-Haim
// and Tom-Tov does.
func numericBuckets(pairs []any, n int64) (any, error) {
	if n < 2 {
		return nil, badArgument("numeric_histogram bucket count must be greater than one")
	}
	type bucket struct{ v, w float64 }
	var list []bucket
	for _, p := range pairs {
		pair := p.([]any)
		v, ok1 := pair[0].(float64)
		w, ok2 := pair[1].(float64)
		if ok1 && ok2 {
			list = append(list, bucket{v, w})
		}
	}
	if len(list) == 0 {
		return nil, nil
	}
	sort.Slice(list, func(i, j int) bool { return list[i].v < list[j].v })
	merge := func(i int) {
		a, b := list[i], list[i+1]
		list[i] = bucket{(a.v*a.w + b.v*b.w) / (a.w + b.w), a.w + b.w}
		list = append(list[:i+1], list[i+2:]...)
	}
	for i := 0; i+1 < len(list); {
		if list[i].v == list[i+1].v {
			merge(i)
		} else {
			i++
		}
	}
	for int64(len(list)) > n {
		best, gap := 0, math.Inf(1)
		for i := 0; i+1 < len(list); i++ {
			if g := list[i+1].v - list[i].v; g < gap {
				best, gap = i, g
			}
		}
		merge(best)
	}
	out := make(value.Map, len(list))
	for i, b := range list {
		out[i] = value.Entry{Key: b.v, Value: b.w}
	}
	return out, nil
}

// combinations are the places of all choices of k out of n.
func combinations(n, k int64) (any, error) {
	if k < 0 {
		return nil, badArgument("combination size must not be negative: %d", k)
	}
	if k > 5 {
		return nil, badArgument("combination size must not exceed 5: %d", k)
	}
	out := []any{}
	if k > n {
		return out, nil
	}
	places := make([]int64, k)
	for i := range places {
		places[i] = int64(i) + 1
	}
	for {
		if len(out) > 100000 {
			return nil, badArgument("combinations exceed max size of 100000")
		}
		out = append(out, anys(append([]int64{}, places...)))
		i := len(places) - 1
		for i >= 0 && places[i] == n-int64(len(places)-1-i) {
			i--
		}
		if i < 0 {
			return out, nil
		}
		places[i]++
		for j := i + 1; j < len(places); j++ {
			places[j] = places[j-1] + 1
		}
	}
}
