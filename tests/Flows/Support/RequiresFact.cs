using Xunit;

namespace BillingCopilot.Flows.Support;

/// <summary>A test that needs something a bare machine may lack; it is skipped with the reason.</summary>
internal sealed class RequiresFactAttribute : FactAttribute
{
    /// <param name="variable">Environment variable that says where it is.</param>
    public RequiresFactAttribute(string variable)
    {
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable(variable)))
        {
            Skip = $"{variable} is not set; .ci/run sets it where it can install what is needed.";
        }
    }
}
