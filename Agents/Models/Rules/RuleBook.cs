namespace BillingCopilot.Agents.Models.Rules;
public sealed class RuleBook { }
