package selector

// ResourceType is a type of resources that data events can be logged for.
type ResourceType struct {
	// Type is the value of resources.type.
	Type string
	// Label is the console's name for it.
	Label string
	// services are the services, separated by a space, that ARNs of the type
	// name; noARN when resources of the type have none; empty when neither the
	// guide nor the API reference says, in which case any ARN passes.
	services string
	// line is the type's row in the guide's table "Data events".
	line int
}

// HasARN tells whether resources of the type have ARNs: resources.ARN can be used.
func (r ResourceType) HasARN() bool { return r.services != noARN }

// noARN marks types whose resources have no ARN, for which resources.ARN can
// not be used (line 16376).
const noARN = "-"

// ResourceTypes lists the types that data events can be logged for, in the
// guide's order.
func ResourceTypes() []ResourceType { return append([]ResourceType(nil), resourceTypes...) }

// typeNamed finds resource types by name.
var typeNamed = func() map[string]ResourceType {
	m := make(map[string]ResourceType, len(resourceTypes))
	for _, r := range resourceTypes {
		m[r.Type] = r
	}
	return m
}()

// resourceTypes is the guide's table of data events (lines 14868-15034, again
// from line 16052). Adding a type is adding a row.
var resourceTypes = []ResourceType{
	{"AWS::Backup::SearchJob", "AWS Backup Search Data APIs", "", 14872},
	{"AWS::IoT::Certificate", "IoT certificate", "iot", 14873},
	{"AWS::IoT::Thing", "IoT thing", "iot", 14874},
	{"AWS::PCAConnectorAD::Connector", "AWS Private CA Connector for Active Directory", "pca-connector-ad", 14875},
	{"AWS::PCAConnectorSCEP::Connector", "AWS Private CA Connector for SCEP", "pca-connector-scep", 14876},
	{"AWS::RDS::DBCluster", "RDS Data API - DB Cluster", "rds", 14879},
	{"AWS::S3::Object", "S3", "s3", 14880},
	{"AWS::S3::AccessPoint", "S3 Access Point", "s3", 14881},
	{"AWS::S3Express::Object", "S3 Express", "", 14882},
	{"AWS::S3ObjectLambda::AccessPoint", "S3 Object Lambda", "s3-object-lambda", 14883},
	{"AWS::FSx::Volume", "FSx Volume", "", 14886},
	{"AWS::S3Tables::Table", "S3 table", "", 14887},
	{"AWS::S3Tables::TableBucket", "S3 table bucket", "", 14888},
	{"AWS::S3Outposts::Object", "S3 Outposts", "s3-outposts", 14889},
	{"AWS::SNS::PlatformEndpoint", "SNS platform endpoint", "sns", 14890},
	{"AWS::SNS::Topic", "SNS topic", "sns", 14891},
	{"AWS::SQS::Queue", "SQS", "sqs", 14892},
	{"AWS::SCN::Instance", "Supply Chain", "scn", 14893},
	{"AWS::SWF::Domain", "SWF domain", "swf", 14894},
	{"AWS::AppConfig::Configuration", "AWS AppConfig", "appconfig", 14897},
	{"AWS::AppSync::GraphQLApi", "AppSync GraphQL", "", 14898},
	{"AWS::DSQL::Cluster", "Amazon Aurora DSQL", "", 14899},
	{"AWS::B2BI::Transformer", "B2B Data Interchange", "b2bi", 14900},
	{"AWS::Bedrock::AgentAlias", "Bedrock agent alias", "bedrock", 14901},
	{"AWS::Bedrock::AsyncInvoke", "Bedrock async invoke", "", 14904},
	{"AWS::Bedrock::FlowAlias", "Bedrock flow alias", "", 14905},
	{"AWS::Bedrock::Guardrail", "Bedrock guardrail", "", 14906},
	{"AWS::Bedrock::InlineAgent", "Bedrock Invoke Inline-Agent", "", 14907},
	{"AWS::Bedrock::KnowledgeBase", "Bedrock knowledge base", "bedrock", 14908},
	{"AWS::Bedrock::Model", "Bedrock model", "", 14909},
	{"AWS::Bedrock::PromptVersion", "Bedrock prompt", "", 14910},
	{"AWS::Bedrock::Session", "Bedrock session", "", 14911},
	{"AWS::Bedrock::FlowExecution", "Bedrock flow execution", "", 14912},
	{"AWS::Bedrock::AutomatedReasoningPolicy", "Bedrock automated reasoning policy", "", 14915},
	{"AWS::Bedrock::AutomatedReasoningPolicyVersion", "Bedrock automated reasoning policy version", "", 14916},
	{"AWS::ServiceDiscovery::Namespace", "AWS Cloud Map namespace", "servicediscovery", 14917},
	{"AWS::ServiceDiscovery::Service", "AWS Cloud Map service", "servicediscovery", 14918},
	{"AWS::CloudFront::KeyValueStore", "CloudFront KeyValueStore", "cloudfront", 14919},
	{"AWS::CloudTrail::Channel", "CloudTrail channel", "cloudtrail", 14920},
	{"AWS::CloudWatch::Metric", "CloudWatch metric", noARN, 14921},
	{"AWS::NetworkFlowMonitor::Monitor", "Network Flow Monitor monitor", "", 14924},
	{"AWS::NetworkFlowMonitor::Scope", "Network Flow Monitor scope", "", 14925},
	{"AWS::RUM::AppMonitor", "RUM app monitor", "", 14926},
	{"AWS::CodeGuruProfiler::ProfilingGroup", "CodeGuru Profiler profiling group", "", 14927},
	{"AWS::CodeWhisperer::Customization", "CodeWhisperer customization", "codewhisperer", 14928},
	{"AWS::CodeWhisperer::Profile", "CodeWhisperer", "codewhisperer", 14929},
	{"AWS::Cognito::IdentityPool", "Cognito Identity Pools", "cognito-identity", 14930},
	{"AWS::DataExchange::Asset", "Data Exchange asset", "", 14933},
	{"AWS::Deadline::Fleet", "Deadline Cloud fleet", "", 14934},
	{"AWS::Deadline::Job", "Deadline Cloud job", "", 14935},
	{"AWS::Deadline::Queue", "Deadline Cloud queue", "", 14936},
	{"AWS::Deadline::Worker", "Deadline Cloud worker", "", 14937},
	{"AWS::DynamoDB::Table", "DynamoDB", "dynamodb", 14940},
	{"AWS::DynamoDB::Stream", "DynamoDB Streams", "dynamodb", 14944},
	{"AWS::EC2::Snapshot", "Amazon EBS direct APIs", "ec2", 14945},
	{"AWS::EKS::Dashboard", "Amazon Elastic Kubernetes Service dashboard", "", 14946},
	{"AWS::EMRWAL::Workspace", "EMR write-ahead log workspace", "emrwal", 14949},
	{"AWS::SMSVoice::OriginationIdentity", "SMS Voice origination identity", "", 14950},
	{"AWS::SMSVoice::Message", "SMS Voice message", "", 14951},
	{"AWS::SocialMessaging::PhoneNumberId", "Social-Messaging Phone Number Id", "", 14952},
	{"AWS::SocialMessaging::WabaId", "Social-Messaging Waba ID", "", 14953},
	{"AWS::FinSpace::Environment", "FinSpace", "finspace", 14954},
	{"AWS::GameLiftStreams::Application", "GameLift Streams application", "", 14955},
	{"AWS::GameLiftStreams::StreamGroup", "GameLift Streams stream group", "", 14958},
	{"AWS::Glue::Table", "Lake Formation", "glue", 14959},
	{"AWS::GuardDuty::Detector", "GuardDuty detector", "guardduty", 14960},
	{"AWS::MedicalImaging::Datastore", "MedicalImaging data store", "medical-imaging", 14961},
	{"AWS::GreengrassV2::ComponentVersion", "IoT Greengrass component version", "greengrass", 14962},
	{"AWS::GreengrassV2::Deployment", "IoT Greengrass deployment", "greengrass", 14965},
	{"AWS::IoTSiteWise::Asset", "IoT SiteWise asset", "iotsitewise", 14966},
	{"AWS::IoTSiteWise::TimeSeries", "IoT SiteWise time series", "iotsitewise", 14967},
	{"AWS::SitewiseAssistant::Conversation", "Sitewise Assistant conversation", "", 14968},
	{"AWS::IoTTwinMaker::Entity", "IoT TwinMaker entity", "iottwinmaker", 14969},
	{"AWS::IoTTwinMaker::Workspace", "IoT TwinMaker workspace", "iottwinmaker", 14970},
	{"AWS::KendraRanking::ExecutionPlan", "Kendra Ranking", "kendra-ranking", 14973},
	{"AWS::Cassandra::Table", "Cassandra table", "cassandra", 14974},
	{"AWS::Cassandra::Stream", "Cassandra CDC streams", "", 14975},
	{"AWS::Kinesis::Stream", "Kinesis stream", "kinesis", 14976},
	{"AWS::Kinesis::StreamConsumer", "Kinesis stream consumer", "kinesis", 14977},
	{"AWS::KinesisVideo::Stream", "Kinesis video stream", "kinesisvideo", 14978},
	{"AWS::Lambda::Function", "Lambda", "lambda", 14981},
	{"AWS::GeoMaps::Provider", "Geo Maps", "", 14982},
	{"AWS::GeoPlaces::Provider", "Geo Places", "", 14983},
	{"AWS::GeoRoutes::Provider", "Geo Routes", "", 14984},
	{"AWS::MachineLearning::MlModel", "Machine Learning MlModel", "machinelearning", 14985},
	{"AWS::ManagedBlockchain::Network", "Managed Blockchain network", "managedblockchain", 14986},
	{"AWS::ManagedBlockchain::Node", "Managed Blockchain", "managedblockchain", 14987},
	{"AWS::ManagedBlockchainQuery::QueryAPI", "Managed Blockchain Query", "", 14990},
	{"AWS::MWAA::Environment", "Managed Apache Airflow", "", 14991},
	{"AWS::NeptuneGraph::Graph", "Neptune Graph", "neptune-graph", 14992},
	{"AWS::One::UKey", "Amazon One UKey", "", 14993},
	{"AWS::One::User", "Amazon One User", "", 14994},
	{"AWS::PaymentCryptography::Alias", "Payment Cryptography Alias", "", 14995},
	{"AWS::PaymentCryptography::Key", "Payment Cryptography Key", "", 14996},
	{"AWS::Pinpoint::App", "Mobile Targeting Application", "", 14999},
	{"AWS::QApps::QApp", "Amazon Q Apps", "qapps", 15000},
	{"AWS::QApps::QAppSession", "Amazon Q App Session", "", 15001},
	{"AWS::QBusiness::Application", "Amazon Q Business application", "qbusiness", 15002},
	{"AWS::QBusiness::DataSource", "Amazon Q Business data source", "qbusiness", 15003},
	{"AWS::QBusiness::Index", "Amazon Q Business index", "qbusiness", 15004},
	{"AWS::QBusiness::WebExperience", "Amazon Q Business web experience", "qbusiness", 15005},
	{"AWS::QDeveloper::Integration", "Q Developer integration", "", 15006},
	{"AWS::AIOps::InvestigationGroup", "AIOps Investigation Group", "", 15009},
	{"AWS::SageMaker::Endpoint", "SageMaker AI endpoint", "sagemaker", 15010},
	{"AWS::SageMaker::FeatureGroup", "SageMaker AI feature store", "sagemaker", 15011},
	{"AWS::SageMaker::ExperimentTrialComponent", "SageMaker AI metrics experiment trial component", "sagemaker", 15012},
	{"AWS::Signer::SigningJob", "Signer signing job", "", 15013},
	{"AWS::Signer::SigningProfile", "Signer signing profile", "", 15014},
	{"AWS::SES::ConfigurationSet", "SES configuration set", "", 15015},
	{"AWS::SES::EmailIdentity", "SES identity", "", 15018},
	{"AWS::SES::Template", "SES template", "", 15019},
	{"AWS::SDB::Domain", "SimpleDB domain", "", 15020},
	{"AWS::StepFunctions::Activity", "Step Functions", "", 15021},
	{"AWS::StepFunctions::StateMachine", "Step Functions state machine", "states", 15022},
	{"AWS::SSMMessages::ControlChannel", "Systems Manager", "ssmmessages", 15023},
	{"AWS::SSM::ExecutionPreview", "SSM Impact Assessment", "", 15024},
	{"AWS::SSM::ManagedNode", "Systems Manager managed node", "ec2 ssm", 15025},
	{"AWS::Timestream::Database", "Timestream database", "timestream", 15028},
	{"AWS::Timestream::RegionalEndpoint", "Timestream regional endpoint", "", 15029},
	{"AWS::Timestream::Table", "Timestream table", "timestream", 15030},
	{"AWS::VerifiedPermissions::PolicyStore", "Amazon Verified Permissions", "verifiedpermissions", 15031},
	{"AWS::ThinClient::Device", "Thin Client Device", "thinclient", 15032},
	{"AWS::ThinClient::Environment", "Thin Client Environment", "thinclient", 15033},
	{"AWS::XRay::Trace", "X-Ray trace", noARN, 15034},
}
