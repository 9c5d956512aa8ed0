"""Calls to EC2, of the operations that are recorded in its two ways."""


def network(d):
    vpc = d.call("ec2", "CreateVpc", {"CidrBlock": "10.0.0.0/16", "InstanceTenancy": "default", "TagSpecifications": [{"ResourceType": "vpc", "Tags": [{"Key": "Name", "Value": "main & more"}]}]},
        recorded={"cidrBlock": "10.0.0.0/16", "tagSpecificationSet": {"items": [{"resourceType": "vpc", "tags": [{"key": "Name", "value": "main & more"}]}]}})["Vpc"]["VpcId"]
    d.call("ec2", "ModifyVpcAttribute", {"VpcId": vpc, "EnableDnsHostnames": {"Value": True}})
    subnet = d.call("ec2", "CreateSubnet", {"VpcId": vpc, "CidrBlock": "10.0.1.0/24", "AvailabilityZone": "us-east-1a"})["Subnet"]["SubnetId"]
    group = d.call("ec2", "CreateSecurityGroup", {"GroupName": "web", "Description": "web servers", "VpcId": vpc})["GroupId"]
    d.call("ec2", "AuthorizeSecurityGroupIngress", {"GroupId": group, "IpPermissions": [
        {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": "everybody"}], "Ipv6Ranges": [{"CidrIpv6": "::/0"}]},
        {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "UserIdGroupPairs": [{"GroupId": group}]},
    ]}, recorded={"ipPermissions": {"items": [
        {"ipProtocol": "tcp", "fromPort": 443, "toPort": 443, "groups": {}, "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0", "description": "everybody"}]}, "ipv6Ranges": {"items": [{"cidrIpv6": "::/0"}]}, "prefixListIds": {}},
        {"ipProtocol": "tcp", "fromPort": 22, "toPort": 22, "groups": {"items": [{"groupId": group}]}, "ipRanges": {}, "prefixListIds": {}},
    ]}})
    d.call("ec2", "DescribeSecurityGroups", {"GroupIds": [group]})
    d.call("ec2", "DescribeSecurityGroups", {"GroupIds": ["sg-00000000000000000"]}, fails="InvalidGroup.NotFound")
    gateway = d.call("ec2", "CreateInternetGateway")["InternetGateway"]["InternetGatewayId"]
    d.call("ec2", "AttachInternetGateway", {"InternetGatewayId": gateway, "VpcId": vpc})
    table = d.call("ec2", "CreateRouteTable", {"VpcId": vpc})["RouteTable"]["RouteTableId"]
    d.call("ec2", "CreateRoute", {"RouteTableId": table, "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": gateway})
    d.call("ec2", "AssociateRouteTable", {"RouteTableId": table, "SubnetId": subnet})
    address = d.call("ec2", "AllocateAddress", {"Domain": "vpc"})["AllocationId"]
    d.call("ec2", "CreateNatGateway", {"SubnetId": subnet, "AllocationId": address, "TagSpecifications": [{"ResourceType": "natgateway", "Tags": [{"Key": "Name", "Value": "out"}]}]})
    d.call("ec2", "DescribeNatGateways", {"Filter": [{"Name": "vpc-id", "Values": [vpc]}], "MaxResults": 50},
        recorded={"DescribeNatGatewaysRequest": {"Filter": {"tag": 1, "Name": "vpc-id", "Value": {"tag": 1, "content": vpc}}, "MaxResults": 50}})
    d.call("ec2", "CreateVpcEndpoint", {"VpcId": vpc, "ServiceName": "com.amazonaws.us-east-1.s3", "RouteTableIds": [table]})
    d.call("ec2", "CreateNetworkAcl", {"VpcId": vpc})
    d.call("ec2", "DeleteVpc", {"VpcId": "vpc-00000000"}, fails="InvalidVpcID.NotFound")
    d.call("ec2", "CreateNetworkInterface", {"SubnetId": subnet, "Groups": [group], "Description": "eth1", "PrivateIpAddresses": [{"PrivateIpAddress": "10.0.1.10", "Primary": True}, {"PrivateIpAddress": "10.0.1.11", "Primary": False}]})
    d.call("ec2", "RevokeSecurityGroupIngress", {"GroupId": group, "IpPermissions": [{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "UserIdGroupPairs": [{"GroupId": group}]}]})


def instances(d):
    image = d.call("ec2", "DescribeImages", {"Owners": ["amazon"], "Filters": [{"Name": "name", "Values": ["amzn*"]}, {"Name": "root-device-type", "Values": ["ebs"]}]})["Images"][0]["ImageId"]
    d.call("ec2", "CreateKeyPair", {"KeyName": "ops"})
    d.call("ec2", "ImportKeyPair", {"KeyName": "laptop", "PublicKeyMaterial": b"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKU+1N8w19yCFtQ7xJ67ffPHKxIAfMp596oCumAcbpie u@h"})
    made = d.call("ec2", "RunInstances", {
        "ImageId": image, "MinCount": 1, "MaxCount": 1, "InstanceType": "t3.micro", "KeyName": "ops", "UserData": "#!/bin/sh\necho a-user-data-secret",
        "BlockDeviceMappings": [{"DeviceName": "/dev/sda1", "Ebs": {"VolumeSize": 20, "VolumeType": "gp3", "DeleteOnTermination": True, "Encrypted": True}}],
        "TagSpecifications": [{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "web-1"}]}], "MetadataOptions": {"HttpTokens": "required", "HttpPutResponseHopLimit": 2},
        "Monitoring": {"Enabled": True},
    }, hidden=["UserData"], secrets=["a-user-data-secret", "IyEvYmluL3NoCmVjaG8gYS11c2VyLWRhdGEtc2VjcmV0"])["Instances"][0]["InstanceId"]
    d.call("ec2", "DescribeInstances", {"InstanceIds": [made], "Filters": [{"Name": "instance-state-name", "Values": ["running", "pending"]}]},
        recorded={"instancesSet": {"items": [{"instanceId": made}]}, "filterSet": {"items": [{"name": "instance-state-name", "valueSet": {"items": [{"value": "running"}, {"value": "pending"}]}}]}})
    d.call("ec2", "DescribeInstances", {"InstanceIds": ["i-00000000000000000"]}, fails="InvalidInstanceID.NotFound")
    d.call("ec2", "CreateTags", {"Resources": [made], "Tags": [{"Key": "stage", "Value": "prod"}, {"Key": "n", "Value": "7"}]},
        recorded={"resourcesSet": {"items": [{"resourceId": made}]}, "tagSet": {"items": [{"key": "stage", "value": "prod"}, {"key": "n", "value": "7"}]}})
    d.call("ec2", "ModifyInstanceAttribute", {"InstanceId": made, "DisableApiTermination": {"Value": False}})
    volume = d.call("ec2", "CreateVolume", {"AvailabilityZone": "us-east-1a", "Size": 8, "VolumeType": "gp2", "Encrypted": False})["VolumeId"]
    d.call("ec2", "AttachVolume", {"VolumeId": volume, "InstanceId": made, "Device": "/dev/sdf"})
    d.call("ec2", "CreateSnapshot", {"VolumeId": volume, "Description": "before the change"})
    d.call("ec2", "DescribeSnapshots", {"OwnerIds": ["self"], "MaxResults": 5})
    d.call("ec2", "StopInstances", {"InstanceIds": [made], "Force": True})
    d.call("ec2", "CreateLaunchTemplate", {"LaunchTemplateName": "launch", "LaunchTemplateData": {"ImageId": image, "InstanceType": "t3.micro", "UserData": "c2VjcmV0LXRlbXBsYXRlLWRhdGE=", "TagSpecifications": [{"ResourceType": "instance", "Tags": [{"Key": "a", "Value": "b"}]}]}}, hidden=["UserData"], secrets=["c2VjcmV0LXRlbXBsYXRlLWRhdGE="])
    d.call("ec2", "DescribeLaunchTemplates", {"LaunchTemplateNames": ["launch"]})
    d.call("ec2", "TerminateInstances", {"InstanceIds": [made]})
    d.call("ec2", "DescribeRegions", {"AllRegions": True, "Filters": [{"Name": "opt-in-status", "Values": ["opt-in-not-required"]}]})
    d.call("ec2", "DescribeAvailabilityZones", region="eu-central-1")
    d.call("ec2", "EnableEbsEncryptionByDefault")
    d.call("ec2", "DeleteKeyPair", {"KeyName": "ops"})


CALLS = [network, instances]
