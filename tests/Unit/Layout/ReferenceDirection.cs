using System.Reflection;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.Layout;

public sealed class ReferenceDirection
{
    [Theory]
    [InlineData("Billing", "")]
    [InlineData("Storage", "Billing")]
    [InlineData("Sandbox", "")]
    [InlineData("Governance", "Storage,Billing")]
    [InlineData("Memory", "Storage,Billing")]
    [InlineData("Plugins", "Governance,Memory,Storage,Billing")]
    [InlineData("Agents", "Plugins,Governance,Memory,Storage,Billing")]
    public void Project_ReferencesOnlyWhatIsBelow(string project, string allowed)
    {
        var references = Assembly.Load($"BillingCopilot.{project}").GetReferencedAssemblies()
            .Select(a => a.Name!)
            .Where(n => n.StartsWith("BillingCopilot.", StringComparison.Ordinal))
            .Select(n => n["BillingCopilot.".Length..]);

        references.ShouldBeSubsetOf(allowed.Split(',', StringSplitOptions.RemoveEmptyEntries));
    }
}
