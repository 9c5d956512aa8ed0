package trinosql

// A Statement is a query as it was written.
type Statement struct {
	// Text is the statement, and Params what stands for its question marks.
	Text   string
	Params []string
	query  *queryNode
}

// The tree. Nodes of expressions implement node; positions are offsets in the text.

type node interface{ at() int }

type position int

func (p position) at() int { return int(p) }

type (
	nullLit struct{ position }
	boolLit struct {
		position
		value bool
	}
	stringLit struct {
		position
		value string
	}
	binaryLit struct {
		position
		hex string
	}
	// numberLit is an integer, a decimal or a double, as kind says.
	numberLit struct {
		position
		kind tokenKind
		text string
	}
	// typedLit is a type followed by a string, such as timestamp '2024-01-01 00:00'.
	typedLit struct {
		position
		typ  Type
		text string
	}
	intervalLit struct {
		position
		negative bool
		value    string
		from, to string
	}
	ident struct {
		position
		name   string
		quoted bool
	}
	deref struct {
		position
		x      node
		field  string
		quoted bool
	}
	subscript struct {
		position
		x, index node
	}
	unary struct {
		position
		op string // - + not
		x  node
	}
	infix struct {
		position
		op   string // arithmetic, comparison, ||, and, or
		l, r node
	}
	between struct {
		position
		not       bool
		x, lo, hi node
	}
	inList struct {
		position
		not  bool
		x    node
		list []node
	}
	inQuery struct {
		position
		not   bool
		x     node
		query *queryNode
	}
	exists struct {
		position
		query *queryNode
	}
	quantified struct {
		position
		op    string
		all   bool
		x     node
		query *queryNode
	}
	like struct {
		position
		not                bool
		x, pattern, escape node
	}
	isNull struct {
		position
		not bool
		x   node
	}
	isDistinct struct {
		position
		not  bool // IS NOT DISTINCT FROM
		l, r node
	}
	caseNode struct {
		position
		operand node
		whens   []whenNode
		other   node
	}
	whenNode struct{ when, then node }
	castNode struct {
		position
		try bool
		x   node
		typ Type
	}
	atTimeZone struct {
		position
		x, zone node
	}
	extract struct {
		position
		field string
		x     node
	}
	// current is current_timestamp and its kin; precision is -1 if not given.
	current struct {
		position
		name      string
		precision int
	}
	arrayNode struct {
		position
		elems []node
	}
	rowNode struct {
		position
		implicit bool // (a, b) without the word
		elems    []node
		names    []string
	}
	lambda struct {
		position
		params []string
		body   node
	}
	subquery struct {
		position
		query *queryNode
	}
	// call is a function. The forms with words in them (TRIM, POSITION, LISTAGG) are
	// calls as well.
	call struct {
		position
		name     string
		args     []node
		star     bool
		distinct bool
		order    []sortNode
		within   []sortNode
		filter   node
		nulls    string // "", "ignore", "respect"
		over     *windowNode
		overflow *overflowNode
	}
	overflowNode struct {
		truncate  bool
		filler    string
		withCount bool
	}
	// jsonCall is JSON_EXISTS, JSON_VALUE, JSON_QUERY, JSON_OBJECT or JSON_ARRAY.
	jsonCall struct {
		position
		name      string
		input     node
		path      string
		passing   []jsonPassing
		returning *Type
		wrapper   string // "", "conditional", "unconditional"
		quotes    string // "", "keep", "omit"
		onEmpty   jsonOn
		onError   jsonOn
		keys      []node
		values    []jsonItem
		absent    bool // ABSENT ON NULL
		unique    bool
		explicit  bool // NULL or ABSENT ON NULL was written
		format    bool
	}
	jsonItem struct {
		x      node
		format bool
	}
	jsonPassing struct {
		x    node
		name string
	}
	// jsonOn is what happens when a path finds nothing, or fails.
	jsonOn struct {
		kind  string // "", error, null, default, empty array, empty object, true, false, unknown
		value node
	}
)

// A sortNode is a key of an ORDER BY. nulls is "", "first" or "last".
type sortNode struct {
	x     node
	desc  bool
	nulls string
}

// A windowNode is what is between the parentheses after OVER, or a name.
type windowNode struct {
	position
	name      string // OVER name, or the window that this one extends
	onlyName  bool
	partition []node
	order     []sortNode
	frame     *frameNode
}

type frameNode struct {
	position
	unit       string // rows, range, groups
	start, end boundNode
	hasEnd     bool
}

// A boundNode is one end of a frame: kind is unbounded preceding, preceding, current
// row, following or unbounded following.
type boundNode struct {
	kind  string
	value node
}

// Queries.

type queryNode struct {
	position
	with      []withNode
	recursive bool
	body      bodyNode
	order     []sortNode
	offset    *numberOrParam
	limit     *numberOrParam
	fetch     bool
	ties      bool
}

type numberOrParam struct {
	position
	all   bool // LIMIT ALL
	value int64
}

type withNode struct {
	position
	name    string
	columns []string
	query   *queryNode
}

type bodyNode interface{ at() int }

type (
	selectNode struct {
		position
		distinct bool
		items    []itemNode
		from     []relNode
		where    node
		group    *groupNode
		having   node
		windows  []namedWindow
	}
	setNode struct {
		position
		op   string // union, except, intersect
		all  bool
		l, r bodyNode
	}
	valuesNode struct {
		position
		rows []node
	}
	tableNode struct {
		position
		table *tableRel
	}
	// parenNode is a query in parentheses, which may have ORDER BY and LIMIT of its own.
	parenNode struct {
		position
		query *queryNode
	}
)

// An itemNode is an item of a select list: an expression, or all columns of a relation
// or row.
type itemNode struct {
	position
	x       node
	alias   string
	star    bool
	of      node // what .* stands after
	columns []string
}

type namedWindow struct {
	position
	name string
	spec *windowNode
}

type groupNode struct {
	position
	distinct bool
	auto     bool
	elems    []groupElem
}

// A groupElem is an element of GROUP BY: an expression, or sets of them.
type groupElem struct {
	position
	kind string // "", "sets", "cube", "rollup"
	x    node
	sets [][]node
}

// Relations.

type relNode interface{ at() int }

type (
	tableRel struct {
		position
		name string
	}
	queryRel struct {
		position
		lateral bool
		query   *queryNode
	}
	unnestRel struct {
		position
		exprs      []node
		ordinality bool
	}
	joinRel struct {
		position
		kind    string // cross, inner, left, right, full
		implied bool   // a comma
		natural bool
		l, r    relNode
		on      node
		using   []string
	}
	aliasRel struct {
		position
		rel     relNode
		alias   string
		columns []string
	}
	sampleRel struct {
		position
		rel    relNode
		method string
		x      node
	}
	parenRel struct {
		position
		rel relNode
	}
)
