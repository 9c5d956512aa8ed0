package resource

// managementRows are rows of management events, of services whose records are
// known to list resources. Others have no rows: most services list none.
var managementRows = []Row{
	// KMS lists the key, whatever the call names it by. Which of two keys comes
	// first is from the developer guide's examples of each operation.
	{Service: "kms", Operations: "ReEncrypt", Type: "AWS::KMS::Key", ARN: own("kms", "key/{answer.SourceKeyId|SourceKeyId:key}"), Source: Documented},
	{Service: "kms", Operations: "ReEncrypt", Type: "AWS::KMS::Key", ARN: own("kms", "key/{answer.KeyId|DestinationKeyId:key}"), Source: Documented},
	{Service: "kms", Operations: "CreateAlias", Type: "AWS::KMS::Key", ARN: own("kms", "key/{TargetKeyId:key}"), Source: Documented},
	{Service: "kms", Operations: "CreateAlias UpdateAlias DeleteAlias", Type: "AWS::KMS::Key", ARN: own("kms", "{AliasName}"), Source: Documented},
	{Service: "kms", Operations: "UpdateAlias", Type: "AWS::KMS::Key", ARN: own("kms", "key/{TargetKeyId:key}"), Source: Documented,
		Note: "DeleteAlias lists the key too, which a call does not tell"},
	{Service: "kms", Operations: "ReplicateKey", Type: "AWS::KMS::Key", ARN: own("kms", "key/{KeyId:key}"), Source: Documented},
	{Service: "kms", Operations: "ListAliases ListKeys ListRetirableGrants GenerateRandom", Source: Documented},
	{Service: "kms", Operations: "*", Type: "AWS::KMS::Key", ARN: own("kms", "key/{answer.KeyMetadata.Arn|answer.KeyId|KeyId:key}"), Source: Records},

	{Service: "sts", Operations: "AssumeRole AssumeRoleWithSAML AssumeRoleWithWebIdentity", Type: "AWS::IAM::Role", ARN: "{RoleArn:isarn}", Source: Records},
	{Service: "sts", Operations: "AssumeRoleWithSAML", Type: "AWS::IAM::SAMLProvider", ARN: "{PrincipalArn:isarn}", Source: Documented},

	// Systems Manager lists without types.
	{Service: "ssm", Operations: "GetParameter PutParameter DeleteParameter", ARN: own("ssm", "parameter/{Name:parameter}"), Source: Records},
	{Service: "ssm", Operations: "GetParameters DeleteParameters", ARN: own("ssm", "parameter/{Names:parameter}"), Source: Records,
		Note: "DeleteParameters by analogy"},
	{Service: "ssm", Operations: "UpdateInstanceAssociationStatus", ARN: own("ssm", "association/{AssociationId}"), Source: Records,
		Note: "an operation of the agent, which public models do not have"},
	{Service: "ssm", Operations: "PutInventory UpdateInstanceAssociationStatus", ARN: "{InstanceId:instance}", Source: Records},
	{Service: "ssm", Operations: "PutInventory", ARN: own("ssm", "managed-instance-inventory/{InstanceId}"), Source: Records},

	{Service: "dynamodb", Operations: "*", Type: "AWS::DynamoDB::Table", ARN: own("dynamodb", "table/{TableName:table}"), Source: Unchecked},
	{Service: "dynamodb", Operations: "ListBackups ListContributorInsights", Source: Unchecked},

	{Service: "ecr", Operations: "*", ARN: "arn:{partition}:ecr:{region}:{registryId|account}:repository/{repositoryName}", Source: Unchecked},
	{Service: "codecommit", Operations: "*", Type: "AWS::CodeCommit::Repository", ARN: own("codecommit", "{repositoryName}"), Source: Unchecked},
}
