namespace BillingCopilot.Agents;

/// <summary>A prompt, playbook, rule file or setting that stops the start-up; the message says where and what is allowed.</summary>
public sealed class AgentConfigurationException(string message, Exception? inner = null) : Exception(message, inner);
