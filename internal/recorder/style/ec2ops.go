package style

import (
	"strings"

	"github.com/cairntrail/cairn/internal/awsmodel"
)

// ec2Operation is how one of EC2's older operations is written.
type ec2Operation struct {
	sets  []ec2Set
	names map[string]string
	// texts are numbers that are written as texts, by their recorded names.
	texts map[string]bool
	// singular are sets whose list is called item.
	singular map[string]bool
}

// ec2Set is a list: the member From is written as to, and elements that are not
// structures as objects with the one field item.
type ec2Set struct {
	from, to, item string
	// always: the set is written when it is not sent, too.
	always bool
	// plain: the list is written as a list.
	plain bool
}

// set gives the set of a member: the operation's own, the one that the member
// has everywhere, or what its name makes.
func (o *ec2Operation) set(m *awsmodel.Member) ec2Set {
	for _, s := range o.sets {
		if s.from == m.Name {
			return s
		}
	}
	if s, ok := ec2Sets[m.Name]; ok {
		return s
	}
	one := strings.TrimSuffix(lowerFirst(m.Name), "s")
	return ec2Set{from: m.Name, to: one + "Set", item: one}
}

// calledItem tells whether the list of a set is called item, as that of private
// addresses is everywhere (R: RunInstances, CreateNetworkInterface).
func (o *ec2Operation) calledItem(set string) bool {
	return o.singular[set] || set == "privateIpAddressesSet"
}

// ec2Sets are members that are written alike everywhere (R).
//
//nolint:gochecknoglobals // a table
var ec2Sets = parseSets(`
	Filters>filterSet Values>valueSet/value TagSpecifications>tagSpecificationSet
	BlockDeviceMappings>blockDeviceMapping NetworkInterfaces>networkInterfaceSet
	Groups>groupSet/groupId SecurityGroupIds>groupSet/groupId SecurityGroups>groupSet/groupName
	IpPermissions>ipPermissions! IpRanges>ipRanges Ipv6Ranges>ipv6Ranges PrefixListIds>prefixListIds
	UserIdGroupPairs>groups Tags>tags= PrivateIpAddresses>privateIpAddressesSet`)

// ec2Nested are the sets that stand in the elements of lists when they are
// empty, by the shape of the element (R: AuthorizeSecurityGroupEgress,
// RevokeSecurityGroupEgress).
//
//nolint:gochecknoglobals // a table
var ec2Nested = map[string][]string{"IpPermission": {"groups", "ipRanges", "prefixListIds"}}

// parseSets reads sets written as From>to/item, with ! for always and = for
// plain.
func parseSets(text string) map[string]ec2Set {
	out := make(map[string]ec2Set)
	for _, s := range setList(text) {
		out[s.from] = s
	}
	return out
}

func setList(text string) []ec2Set {
	var out []ec2Set
	for word := range strings.FieldsSeq(text) {
		var s ec2Set
		for len(word) > 0 && strings.ContainsRune("!=", rune(word[len(word)-1])) {
			s.always = s.always || strings.HasSuffix(word, "!")
			s.plain = s.plain || strings.HasSuffix(word, "=")
			word = word[:len(word)-1]
		}
		s.from, word, _ = strings.Cut(word, ">")
		s.to, s.item, _ = strings.Cut(word, "/")
		out = append(out, s)
	}
	return out
}

// ec2Operations are the operations that EC2 had before 2015, with their sets.
// An operation that is not here is of the newer kind. Rows are "Operation:
// sets", and after a bar names and texts: "Member=name", "~name" for a number
// written as a text, "-name" for a set whose list is called item. Sources: R for
// those of the real records, and for the others A, the elements of EC2's
// WSDL, whose names the records have.
//
//nolint:gochecknoglobals // a table
var ec2Operations = parseEC2(`
	AcceptVpcPeeringConnection:
	AllocateAddress:
	AssignPrivateIpAddresses: PrivateIpAddresses>privateIpAddressesSet/privateIpAddress
	AssociateAddress:
	AssociateDhcpOptions:
	AssociateRouteTable:
	AttachClassicLinkVpc:
	AttachInternetGateway:
	AttachNetworkInterface:
	AttachVolume:
	AttachVpnGateway:
	AuthorizeSecurityGroupEgress: IpPermissions>ipPermissions!
	AuthorizeSecurityGroupIngress: IpPermissions>ipPermissions!
	BundleInstance:
	CancelBundleTask:
	CancelConversionTask:
	CancelExportTask:
	CancelReservedInstancesListing:
	CancelSpotInstanceRequests: SpotInstanceRequestIds>spotInstanceRequestIdSet/spotInstanceRequestId
	ConfirmProductInstance:
	CopyImage:
	CopySnapshot:
	CreateCustomerGateway:
	CreateDhcpOptions: DhcpConfigurations>dhcpConfigurationSet
	CreateImage: BlockDeviceMappings>blockDeviceMapping
	CreateInstanceExportTask:
	CreateInternetGateway:
	CreateKeyPair:
	CreateNetworkAcl:
	CreateNetworkAclEntry:
	CreateNetworkInterface: Groups>groupSet/groupId! PrivateIpAddresses>privateIpAddressesSet!
	CreatePlacementGroup:
	CreateReservedInstancesListing:
	CreateRoute:
	CreateRouteTable:
	CreateSecurityGroup: | Description=groupDescription
	CreateSnapshot: | ~volumeSize
	CreateSpotDatafeedSubscription:
	CreateSubnet:
	CreateTags: Resources>resourcesSet/resourceId Tags>tagSet
	CreateVolume: | ~size AvailabilityZone=zone
	CreateVpc:
	CreateVpcPeeringConnection:
	CreateVpnConnection:
	CreateVpnConnectionRoute:
	CreateVpnGateway:
	DeleteCustomerGateway:
	DeleteDhcpOptions:
	DeleteInternetGateway:
	DeleteKeyPair:
	DeleteNetworkAcl:
	DeleteNetworkAclEntry:
	DeleteNetworkInterface:
	DeletePlacementGroup:
	DeleteRoute:
	DeleteRouteTable:
	DeleteSecurityGroup:
	DeleteSnapshot:
	DeleteSpotDatafeedSubscription:
	DeleteSubnet:
	DeleteTags: Resources>resourcesSet/resourceId Tags>tagSet
	DeleteVolume:
	DeleteVpc:
	DeleteVpcPeeringConnection:
	DeleteVpnConnection:
	DeleteVpnConnectionRoute:
	DeleteVpnGateway:
	DeregisterImage:
	DescribeAccountAttributes: AttributeNames>accountAttributeNameSet/attributeName! Filters>filterSet!
	DescribeAddresses: PublicIps>publicIpsSet/publicIp! Filters>filterSet! AllocationIds>allocationIdsSet/allocationId!
	DescribeAvailabilityZones: ZoneNames>availabilityZoneSet/zoneName! ZoneIds>availabilityZoneIdSet/zoneId!
	DescribeBundleTasks: BundleIds>bundlesSet/bundleId! Filters>filterSet!
	DescribeClassicLinkInstances: InstanceIds>instancesSet/instanceId! Filters>filterSet!
	DescribeConversionTasks: ConversionTaskIds>conversionTaskIdSet/conversionTaskId!
	DescribeCustomerGateways: CustomerGatewayIds>customerGatewaySet/customerGatewayId! Filters>filterSet!
	DescribeDhcpOptions: DhcpOptionsIds>dhcpOptionsSet/dhcpOptionsId! Filters>filterSet!
	DescribeExportTasks: ExportTaskIds>exportTaskIdSet/exportTaskId!
	DescribeImageAttribute:
	DescribeImages: ExecutableUsers>executableBySet/user! ImageIds>imagesSet/imageId! Owners>ownersSet/owner! Filters>filterSet!
	DescribeInstanceAttribute:
	DescribeInstanceStatus: InstanceIds>instancesSet/instanceId! Filters>filterSet!
	DescribeInstances: InstanceIds>instancesSet/instanceId! Filters>filterSet!
	DescribeInternetGateways: InternetGatewayIds>internetGatewayIdSet/internetGatewayId! Filters>filterSet!
	DescribeKeyPairs: KeyNames>keySet/keyName! Filters>filterSet! KeyPairIds>keyPairIdSet/keyPairId!
	DescribeNetworkAcls: NetworkAclIds>networkAclIdSet/networkAclId! Filters>filterSet!
	DescribeNetworkInterfaceAttribute:
	DescribeNetworkInterfaces: NetworkInterfaceIds>networkInterfaceIdSet/networkInterfaceId! Filters>filterSet!
	DescribePlacementGroups: GroupNames>placementGroupSet/groupName! GroupIds>placementGroupIdSet/groupId! Filters>filterSet!
	DescribeRegions: RegionNames>regionSet/regionName!
	DescribeReservedInstances: ReservedInstancesIds>reservedInstancesSet/reservedInstancesId! Filters>filterSet!
	DescribeReservedInstancesListings: Filters>filterSet!
	DescribeReservedInstancesModifications: ReservedInstancesModificationIds>reservedInstancesModificationIds/reservedInstancesModificationId! Filters>filterSet!
	DescribeReservedInstancesOfferings: ReservedInstancesOfferingIds>reservedInstancesOfferingsSet/reservedInstancesOfferingId! Filters>filterSet!
	DescribeRouteTables: RouteTableIds>routeTableIdSet/routeTableId! Filters>filterSet!
	DescribeSecurityGroups: GroupNames>securityGroupSet/groupName! GroupIds>securityGroupIdSet/groupId! Filters>filterSet!
	DescribeSnapshotAttribute:
	DescribeSnapshots: SnapshotIds>snapshotSet/snapshotId! OwnerIds>ownersSet/owner! RestorableByUserIds>sharedUsersSet/user! Filters>filterSet!
	DescribeSpotDatafeedSubscription:
	DescribeSpotInstanceRequests: SpotInstanceRequestIds>spotInstanceRequestIdSet/spotInstanceRequestId! Filters>filterSet!
	DescribeSpotPriceHistory: InstanceTypes>instanceTypeSet/instanceType! ProductDescriptions>productDescriptionSet/productDescription! Filters>filterSet!
	DescribeSubnets: SubnetIds>subnetSet/subnetId! Filters>filterSet!
	DescribeTags: Filters>filterSet!
	DescribeVolumeAttribute:
	DescribeVolumeStatus: VolumeIds>volumeSet/volumeId! Filters>filterSet!
	DescribeVolumes: VolumeIds>volumeSet/volumeId! Filters>filterSet!
	DescribeVpcAttribute:
	DescribeVpcClassicLink: VpcIds>vpcSet/vpcId! Filters>filterSet! | -vpcSet
	DescribeVpcPeeringConnections: VpcPeeringConnectionIds>vpcPeeringConnectionIdSet/vpcPeeringConnectionId! Filters>filterSet!
	DescribeVpcs: VpcIds>vpcSet/vpcId! Filters>filterSet!
	DescribeVpnConnections: VpnConnectionIds>vpnConnectionSet/vpnConnectionId! Filters>filterSet!
	DescribeVpnGateways: VpnGatewayIds>vpnGatewaySet/vpnGatewayId! Filters>filterSet!
	DetachClassicLinkVpc:
	DetachInternetGateway:
	DetachNetworkInterface:
	DetachVolume:
	DetachVpnGateway:
	DisableVgwRoutePropagation:
	DisableVpcClassicLink:
	DisassociateAddress:
	DisassociateRouteTable:
	EnableVgwRoutePropagation:
	EnableVolumeIO:
	EnableVpcClassicLink:
	GetConsoleOutput:
	GetPasswordData:
	ImportInstance:
	ImportKeyPair:
	ImportVolume:
	ModifyImageAttribute: LaunchPermission>launchPermission
	ModifyInstanceAttribute: Groups>groupSet/groupId
	ModifyNetworkInterfaceAttribute: Groups>groupSet/groupId
	ModifyReservedInstances: ReservedInstancesIds>reservedInstancesSet/reservedInstancesId
	ModifySnapshotAttribute: CreateVolumePermission>createVolumePermission
	ModifySubnetAttribute:
	ModifyVolumeAttribute:
	ModifyVpcAttribute:
	MonitorInstances: InstanceIds>instancesSet/instanceId
	PurchaseReservedInstancesOffering:
	RebootInstances: InstanceIds>instancesSet/instanceId
	RegisterImage: BlockDeviceMappings>blockDeviceMapping! | SriovNetSupport=sriovNetSupport
	RejectVpcPeeringConnection:
	ReleaseAddress:
	ReplaceNetworkAclAssociation:
	ReplaceNetworkAclEntry:
	ReplaceRoute:
	ReplaceRouteTableAssociation:
	ReportInstanceStatus: Instances>instancesSet/instanceId ReasonCodes>reasonCodesSet/reasonCode
	RequestSpotInstances:
	ResetImageAttribute:
	ResetInstanceAttribute:
	ResetNetworkInterfaceAttribute:
	ResetSnapshotAttribute:
	RevokeSecurityGroupEgress: IpPermissions>ipPermissions!
	RevokeSecurityGroupIngress: IpPermissions>ipPermissions!
	RunInstances: BlockDeviceMappings>blockDeviceMapping!
	StartInstances: InstanceIds>instancesSet/instanceId
	StopInstances: InstanceIds>instancesSet/instanceId
	TerminateInstances: InstanceIds>instancesSet/instanceId
	UnassignPrivateIpAddresses: PrivateIpAddresses>privateIpAddressesSet/privateIpAddress
	UnmonitorInstances: InstanceIds>instancesSet/instanceId`)

func parseEC2(text string) map[string]ec2Operation {
	out := make(map[string]ec2Operation)
	for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
		name, rest, _ := strings.Cut(strings.TrimSpace(line), ":")
		sets, extra, _ := strings.Cut(rest, "|")
		op := ec2Operation{sets: setList(sets), names: map[string]string{}, texts: map[string]bool{}, singular: map[string]bool{}}
		for word := range strings.FieldsSeq(extra) {
			switch from, to, renamed := strings.Cut(word, "="); {
			case renamed:
				op.names[from] = to
			case word[0] == '~':
				op.texts[word[1:]] = true
			case word[0] == '-':
				op.singular[word[1:]] = true
			}
		}
		out[name] = op
	}
	return out
}
