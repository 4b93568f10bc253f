"""Pulumi's aws provider for the lab: the types that the program uses, through boto3 to the lab's own cloud.

One module a service holds small tables (`Resource` in `resource.py`); `cloud` talks to the endpoint, `shapes` turns
Pulumi's nested properties into the API's, `documents` compares policies, `tags` knows each service's way of tagging.
Behaviour is pulumi-aws 7's (terraform-provider-aws 6) for the properties that are supported; others are refused by
name. Source of the behaviour: https://github.com/pulumi/pulumi-aws and https://github.com/hashicorp/terraform-provider-aws.
"""
